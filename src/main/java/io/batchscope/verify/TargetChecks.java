package io.batchscope.verify;

import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Steps to a target: those before the first evaluation strictly past it, and nothing where there is none. The loss is ½θ², and θ
 * halves with every update from 1 on, so that all losses are exact in a float.
 */
record TargetChecks(Laboratory laboratory) {
    List<Check> all() {
        List<Check> checks = new ArrayList<>();
        double third = 0.5 * Math.pow(0.25, 3);
        RunRecord equal = run(third, 1);
        checks.add(Check.exact("steps to below ½·4⁻³, the loss after 3 updates", 4, number(equal.stepsToTarget()), 0));
        checks.add(Check.exact("examples to below it, batch 8", 32, number(equal.examplesToTarget()), 0));
        checks.add(Check.exact(
                "steps to below the next larger number",
                3,
                number(run(Math.nextUp(third), 1).stepsToTarget()),
                0));
        checks.add(Check.exact(
                "steps to below ½·4⁻³, evaluated after every 3rd update",
                6,
                number(run(third, 3).stepsToTarget()),
                0));
        RunRecord never = run(0.5 * Math.pow(0.25, 20), 1);
        checks.add(Check.exact(
                "numbers given for a target that is equalled last",
                0,
                never.stepsToTarget() == null && never.examplesToTarget() == null ? 0 : 1,
                0));
        return checks;
    }

    private RunRecord run(double goal, int every) {
        MemoryStudy study = MemoryStudy.regression(
                laboratory,
                new Signs(64, 1, 1),
                1,
                (seed, most) -> new NoisyQuadratic(new double[] {1}, new double[] {0}));
        StudyTables tables = study.tables(
                "batch-sizes=[8]",
                "budget.steps=20",
                "learning-rate.base=0.5",
                "evaluation.every=" + every + " steps",
                "target.metric=validation-loss",
                "target.value=" + goal);
        return tables.runs().get(0);
    }

    private static double number(@Nullable Long value) {
        return value == null ? Double.NaN : value;
    }
}
