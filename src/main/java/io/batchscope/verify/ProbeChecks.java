package io.batchscope.verify;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.ProbeRecord;
import io.batchscope.train.TrainedRun;
import java.util.ArrayList;
import java.util.List;

/**
 * What probes measure, at the end of runs. Calibration and memory of labels: of networks that put out what is known. Noise on
 * the weights: ½(w − 1)ᵀH(w − 1) at w = 1 grows by ½σ²·tr H, as all weights are 1.
 */
record ProbeChecks(Laboratory laboratory) {
    private static final double ROUNDING = 1e-6;
    private static final long SEED = 7_000_000;

    List<Check> all() {
        List<Check> checks = new ArrayList<>(calibration());
        checks.addAll(labels());
        checks.add(weightNoise());
        return checks;
    }

    private MemoryStudy echo(Rows train, Rows scored) {
        return new MemoryStudy(
                laboratory,
                train,
                scored,
                Task.CLASSIFICATION,
                train.featureCount(),
                1,
                (seed, most) -> new EchoReplica(batch -> 1));
    }

    private static double metric(TrainedRun run, String metric) {
        return run.probeRows().stream()
                .filter(row -> row.metric().equals(metric))
                .mapToDouble(ProbeRecord::value)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** Ten examples at confidence 0.7, nine of them right, and ten at 0.9, five of them right. */
    private List<Check> calibration() {
        List<float[]> features = new ArrayList<>();
        List<Integer> classes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            float confidence = i < 10 ? 0.7f : 0.9f;
            features.add(new float[] {confidence, 1 - confidence});
            classes.add(i < 9 || (i >= 10 && i < 15) ? 0 : 1);
        }
        Rows rows = new Rows(features, classes);
        TrainedRun run = echo(rows, rows)
                .train("batch-sizes=[4]", "budget.steps=1", "learning-rate.base=0.1", "probes=[calibration]");
        double nats = -(9 * Math.log(0.7) + Math.log(0.3) + 5 * Math.log(0.9) + 5 * Math.log(0.1)) / 20;
        String name = ", 0.7 sure and 90 % right, or 0.9 sure and 50 % right";
        return List.of(
                Check.exact(
                        "expected calibration error" + name,
                        0.3,
                        metric(run, "test_expected_calibration_error"),
                        ROUNDING),
                Check.exact(
                        "maximum calibration error" + name,
                        0.4,
                        metric(run, "test_maximum_calibration_error"),
                        ROUNDING),
                Check.exact("overconfidence" + name, 0.1, metric(run, "test_overconfidence"), ROUNDING),
                Check.exact(
                        "negative log-likelihood" + name, nats, metric(run, "test_negative_log_likelihood"), ROUNDING));
    }

    /** One network knows the true class of every training example; the other takes everything for class 0. */
    private List<Check> labels() {
        int count = 120_000;
        List<float[]> knowing = new ArrayList<>();
        List<float[]> constant = new ArrayList<>();
        List<Integer> classes = new ArrayList<>();
        float[] first = {1, 0, 0, 0};
        for (int i = 0; i < count; i++) {
            int of = i % 4;
            float[] known = new float[4];
            known[of] = 1;
            knowing.add(known);
            constant.add(first);
            classes.add(of);
        }
        TrainedRun wise = memory(new Rows(knowing, classes));
        TrainedRun blind = memory(new Rows(constant, classes));
        String changed = wise.probeRows().get(0).settings().replaceAll(".*\"changed\":(\\d+).*", "$1");
        double share = Double.parseDouble(changed) / count;
        double fitted = metric(blind, "fitted_share");
        return List.of(
                Check.sampled(
                        "share of changed labels, label-noise 0.5",
                        0.5,
                        new Sample(share, Math.sqrt(0.5 * 0.5 / count)),
                        MemoryStudy.LABEL_SEED),
                Check.exact("changed labels fitted by the true classes", 0, metric(wise, "fitted_share"), 0),
                Check.exact("true classes found by the true classes", 1, metric(wise, "true_class_share"), 0),
                // Of the changed labels a quarter was class 0 before; of the others every third is now.
                Check.sampled(
                        "changed labels fitted by one class of 4",
                        0.25,
                        new Sample(fitted, Math.sqrt(0.25 * 0.75 / (share * count))),
                        MemoryStudy.LABEL_SEED));
    }

    private TrainedRun memory(Rows train) {
        Rows scored = new Rows(train.features().subList(0, 1), train.classes().subList(0, 1));
        return echo(train, scored)
                .train(
                        "batch-sizes=[64]",
                        "budget.steps=1",
                        "learning-rate.base=0.1",
                        "data.label-noise=0.5",
                        "probes=[label-memory]");
    }

    private Check weightNoise() {
        double[][] hessian = {{3, 1, 0}, {1, 2, 0.5}, {0, 0.5, 1}};
        int copies = 100;
        int trials = 60;
        Signs any = new Signs(1, 1, SEED);
        MemoryStudy study = MemoryStudy.regression(
                laboratory, any, hessian.length * copies, (seed, most) -> new QuadraticBowl(hessian, copies));
        double[] increases = new double[trials];
        for (int trial = 0; trial < trials; trial++) {
            RunPlan plan = study.plan(
                            "batch-sizes=[1]",
                            "seeds=[" + (SEED + trial) + "]",
                            "budget.steps=1",
                            "learning-rate.base=0.1",
                            "probes=[weight-noise]")
                    .get(0);
            increases[trial] = metric(study.train(plan), "loss_increase_sigma_0.05");
        }
        return Check.sampled(
                "loss by weight noise of σ = 0.05 at a minimum with tr H = 6",
                0.0075,
                Sample.of(increases),
                SEED,
                trials);
    }
}
