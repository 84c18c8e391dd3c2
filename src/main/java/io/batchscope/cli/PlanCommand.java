package io.batchscope.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.batchscope.config.LoadedConfig;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyPlan;
import io.batchscope.spark.SparkSessions;
import io.batchscope.study.StepTime;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints every run of a study with every number resolved. */
@Command(
        name = "plan",
        description = "Prints every run of a study with every number resolved; trains nothing.",
        footer = {
            "Expected times come from a calibration of about a second on this machine; sums over workers, evaluations",
            "and Deeplearning4j's jobs on Spark are not in them. Memory is what a worker needs of heap and native memory",
            "beside the JVM's own; what Deeplearning4j's own modes need is not known (-). AdaScale and batches that follow",
            "the noise decide rates, batch sizes and the end of a run while it trains: steps (≤) and times are the most."
        })
final class PlanCommand implements Callable<Integer> {
    private static final int USUAL_AT_ONCE = 1024;

    @Mixin
    private StudyOptions options;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Option(names = "--rates", description = "Also prints learning rate and batch size along each run.")
    private boolean rates;

    @Override
    public Integer call() throws JsonProcessingException {
        LoadedConfig loaded = options.load();
        SparkSession session = SparkSessions.open(loaded.config().sync().timeoutSeconds());
        try {
            StudySetup setup = StudySetup.of(session, loaded);
            ToDoubleFunction<RunPlan> seconds = forecast(setup);
            System.out.print(json ? PlanJson.of(setup, seconds) : text(setup, seconds));
            return ExitCode.DONE;
        } finally {
            session.stop();
        }
    }

    private String text(StudySetup setup, ToDoubleFunction<RunPlan> seconds) {
        return PlanText.of(setup, seconds) + (rates ? PlanRates.text(setup.plan()) : "");
    }

    /** Expected training time of each run, from a calibration of every replica that some run has. */
    static ToDoubleFunction<RunPlan> forecast(StudySetup setup) {
        Map<ReplicaKind, StepTime> times = new EnumMap<>(ReplicaKind.class);
        for (RunPlan run : setup.plan().runs()) {
            times.computeIfAbsent(
                    run.replica(),
                    kind -> StepTime.calibrate(
                            Replicas.of(setup.model(), kind),
                            setup.model().facts().inputs(),
                            atOnce(setup.plan(), kind)));
        }
        return run -> Objects.requireNonNull(times.get(run.replica())).seconds(run);
    }

    /** Examples that are measured at once. */
    private static int atOnce(StudyPlan plan, ReplicaKind kind) {
        return plan.stepLoopRuns().stream()
                .filter(run -> run.replica() == kind)
                .mapToInt(RunPlan::microBatch)
                .findFirst()
                .orElse(USUAL_AT_ONCE);
    }
}
