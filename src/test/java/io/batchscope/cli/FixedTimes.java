package io.batchscope.cli;

import io.batchscope.plan.RunPlan;
import io.batchscope.study.StepTime;
import io.batchscope.study.TimeForecast;
import io.batchscope.study.TimeForecast.Work;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Times that nobody measured, where what is asked of a plan is something else. */
final class FixedTimes {
    private FixedTimes() {}

    /** A second for each gradient. */
    static TimeForecast of(StudySetup setup) {
        StepTime time = new StepTime(List.of(new StepTime.Point(1, 1, 0)), 0);
        return new TimeForecast(
                setup.plan().runs().stream()
                        .map((RunPlan run) -> Work.of(run, 1))
                        .distinct()
                        .collect(Collectors.toMap(Function.identity(), work -> time)),
                1,
                0,
                0,
                0);
    }
}
