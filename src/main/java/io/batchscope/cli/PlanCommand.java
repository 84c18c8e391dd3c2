package io.batchscope.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.batchscope.config.LoadedConfig;
import io.batchscope.spark.SparkSessions;
import io.batchscope.study.TimeForecast;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints every run of a study with every number resolved. */
@Command(
        name = "plan",
        description = "Prints every run of a study with every number resolved; trains nothing.",
        footer = {
            "Expected times come from a calibration of at most two seconds on the executors; sums over workers and",
            "Deeplearning4j's jobs on Spark are not in them, evaluations only in that of all runs together. Memory is what a worker needs of heap and native memory",
            "beside the JVM's own; what Deeplearning4j's own modes need is not known (-). AdaScale and batches that follow",
            "the noise decide rates, batch sizes and the end of a run while it trains: steps (≤) and times are the most."
        })
final class PlanCommand implements Callable<Integer> {
    @Mixin
    private StudyOptions options;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Option(names = "--rates", description = "Also prints learning rate and batch size along each run.")
    private boolean rates;

    @Override
    public Integer call() throws JsonProcessingException {
        LoadedConfig loaded = options.load();
        SparkSession session = SparkSessions.open(
                loaded.config().sync().timeoutSeconds(), loaded.config().gpu().ranksPerDevice());
        try {
            StudySetup setup = StudySetup.of(session, loaded);
            TimeForecast times = TimeSurvey.of(session, setup, setup.plan().runs());
            System.out.print(json ? PlanJson.of(setup, times) : text(setup, times));
            return ExitCode.DONE;
        } finally {
            session.stop();
        }
    }

    private String text(StudySetup setup, TimeForecast times) {
        return PlanText.of(setup, times) + (rates ? PlanRates.text(setup.plan()) : "");
    }
}
