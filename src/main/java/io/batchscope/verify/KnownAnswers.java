package io.batchscope.verify;

import java.util.List;
import java.util.function.Function;

/** All known answers there are, by subject. */
public final class KnownAnswers {
    private KnownAnswers() {}

    /**
     * Checks of one subject.
     *
     * @param subject in a few words
     * @param source where the answers come from
     */
    public record Group(String subject, String source, Function<Laboratory, List<Check>> checks) {}

    /** The groups, in the order in which a person would read them. */
    public static List<Group> groups() {
        return List.of(
                new Group(
                        "gradient noise scale of linear regression",
                        "tr Σ/|G|² by the moments of the normal distribution (McCandlish et al. 2018, section 2)",
                        laboratory -> new NoiseScaleChecks(laboratory).all()),
                new Group(
                        "the estimator of noise, without chance",
                        "McCandlish et al. 2018, appendix A.1",
                        laboratory -> new EstimatorChecks(laboratory).all()),
                new Group(
                        "noise in finite data",
                        "simple random sampling (Cochran 1977, section 2.5)",
                        laboratory -> new FiniteDataChecks(laboratory).all()),
                new Group(
                        "one step of linear regression",
                        "the best rate and its saturation (McCandlish et al. 2018, equation 2.7)",
                        laboratory -> new OneStepChecks(laboratory).all()),
                new Group(
                        "noisy quadratic model",
                        "Zhang et al. 2019, section 3",
                        laboratory -> new NoisyQuadraticChecks(laboratory).all()),
                new Group("linear scaling rule", "Goyal et al. 2017, section 2", laboratory -> new LinearRuleChecks(
                                laboratory)
                        .all()),
                new Group(
                        "AdaScale's gain",
                        "Johnson et al. 2020, section 3; Qiao et al. 2021, section 3",
                        laboratory -> GainChecks.all()),
                new Group("AdaScale in runs", "Johnson et al. 2020, algorithm 1", laboratory -> new PacedChecks(
                                laboratory)
                        .all()),
                new Group(
                        "workers",
                        "k workers of b examples are one of k·b; 2(p − 1)/p of the vector in an all-reduce",
                        laboratory -> new WorkerChecks(laboratory).all()),
                new Group(
                        "steps to a target",
                        "the first measurement strictly past the goal (Shallue et al. 2019)",
                        laboratory -> new TargetChecks(laboratory).all()),
                new Group(
                        "probes",
                        "Guo et al. 2017, equations 3 and 5; Zhang et al. 2017; Andriushchenko et al. 2023",
                        laboratory -> new ProbeChecks(laboratory).all()),
                new Group(
                        "laws",
                        "S = S_min + E_min/B (McCandlish et al. 2018, equation 2.11), η_max/(1 + B_n/B), a + β·b",
                        laboratory -> LawChecks.all()),
                new Group("paired t-test", "Student 1908, section 9; Holm 1979", laboratory -> new PairedTestChecks(
                                laboratory)
                        .all()));
    }
}
