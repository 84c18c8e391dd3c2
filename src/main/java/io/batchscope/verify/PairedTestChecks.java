package io.batchscope.verify;

import io.batchscope.analysis.BatchContrasts;
import io.batchscope.analysis.Contrast;
import io.batchscope.train.ReplicaFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The paired t-test of studies, on runs whose losses are Student's own example: the hours of sleep that ten patients gained by two
 * drugs (Student 1908, section 9). Batch 1 stands for the first drug, batch 2 for the second, a seed for a patient; 10 hours are
 * added, as losses are positive. Batch 4 is the first with every other patient one hour worse, for a second test: t = 3 exactly.
 */
record PairedTestChecks(Laboratory laboratory) {
    private static final double[] FIRST = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    private static final double[] SECOND = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

    List<Check> all() {
        ReplicaFactory replicas = (seed, most) -> new EchoReplica(batch -> loss(Math.toIntExact(seed) - 1, batch));
        Contrast contrast = contrast(MemoryStudy.regression(laboratory, new Signs(4, 1, 1), 1, replicas));
        List<Check> checks = new ArrayList<>();
        Contrast.Row sleep = row(contrast, 2);
        checks.add(Check.exact(
                "mean difference of sleep",
                1.58,
                Objects.requireNonNull(sleep.difference()).mean(),
                1e-9));
        checks.add(Check.exact(
                "p of sleep, t = 4.0621 with 9 degrees of freedom", 0.00283289, number(sleep.pValue()), 5e-9));
        Contrast.Row hours = row(contrast, 4);
        checks.add(Check.exact("p of t = 3 with 9 degrees of freedom", 0.01495636, number(hours.pValue()), 5e-9));
        checks.add(
                Check.exact("the smaller p of two after Holm", 2 * 0.00283289, number(sleep.adjustedPValue()), 1e-8));
        checks.add(Check.exact("the larger p of two after Holm", 0.01495636, number(hours.adjustedPValue()), 5e-9));
        return checks;
    }

    private static double loss(int patient, int batch) {
        return 10 + (batch == 2 ? SECOND[patient] : FIRST[patient] + (batch == 4 ? patient % 2 : 0));
    }

    private static Contrast contrast(MemoryStudy study) {
        return BatchContrasts.of(study.tables(
                        "batch-sizes=[1,2,4]",
                        "seeds=[1,2,3,4,5,6,7,8,9,10]",
                        "budget.steps=1",
                        "learning-rate.base=0.1"))
                .get(0)
                .ofRuns()
                .stream()
                .filter(one -> one.measure().equals("test_loss"))
                .findFirst()
                .orElseThrow();
    }

    private static Contrast.Row row(Contrast contrast, long batch) {
        return contrast.rows().stream()
                .filter(row -> row.batchSize() == batch)
                .findFirst()
                .orElseThrow();
    }

    private static double number(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }
}
