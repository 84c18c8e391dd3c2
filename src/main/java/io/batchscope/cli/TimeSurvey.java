package io.batchscope.cli;

import io.batchscope.data.Manifest;
import io.batchscope.data.Split;
import io.batchscope.plan.RunPlan;
import io.batchscope.spark.GpuTasks;
import io.batchscope.study.StandIn;
import io.batchscope.study.StepCalibration;
import io.batchscope.study.StepTime;
import io.batchscope.study.TimeForecast;
import io.batchscope.study.TimeForecast.Work;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;

/** Has the executors measure what updates take, as many at the same time as will train at the same time. */
final class TimeSurvey {
    /** The first look. */
    private static final double LEAST_SECONDS = 0.2;

    private static final double MOST_SECONDS = 1.6;

    /** A longer look takes no more than this part of what the first one says that the runs take. */
    private static final double SHARE = 0.05;

    private TimeSurvey() {}

    /** How long these runs of the study are expected to take. */
    static TimeForecast of(SparkSession session, StudySetup setup, List<RunPlan> runs) {
        TimeForecast first = measured(session, setup, runs, LEAST_SECONDS);
        double longer = Math.min(MOST_SECONDS, SHARE * first.makespan(runs));
        return longer > LEAST_SECONDS ? measured(session, setup, runs, longer) : first;
    }

    private static TimeForecast measured(SparkSession session, StudySetup setup, List<RunPlan> runs, double seconds) {
        int atOnce = (int) Math.max(
                1,
                Math.min(
                        setup.runsAtOnce(),
                        runs.stream().filter(run -> run.workers() == 1).count()));
        Map<Work, List<RunPlan>> works = runs.stream()
                .collect(Collectors.groupingBy(run -> Work.of(run, atOnce), LinkedHashMap::new, Collectors.toList()));
        Manifest manifest = setup.data().manifest();
        Map<Work, StepTime> times = new LinkedHashMap<>();
        works.forEach((work, same) -> times.put(
                work,
                measured(
                        session,
                        setup,
                        work,
                        new StepCalibration(
                                setup.replicas(work.replica()),
                                new StandIn(manifest),
                                work.optimizer(),
                                TimeForecast.sizes(same),
                                seconds / works.size()))));
        return new TimeForecast(
                times,
                atOnce,
                manifest.examples(Split.VALIDATION),
                manifest.examples(Split.TEST),
                setup.model().facts().parameterCount());
    }

    /** On GPUs where the work is theirs; Deeplearning4j's own never is. */
    private static StepTime measured(SparkSession session, StudySetup setup, Work work, StepCalibration calibration) {
        boolean same = work.replica() == setup.plan().replica().kind();
        GpuTasks tasks = same ? setup.gpus() : GpuTasks.onProcessors(session);
        return StepTime.mean(tasks.answers(work.atOnce(), calibration.replicas(), replicas -> calibration
                .with(replicas)
                .measure()));
    }
}
