package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeProblemsTest {
    private static final DataFacts REGRESSION = new DataFacts("d", Task.REGRESSION, 6000, 600, 1000, 20, 1);
    private static final ModelFacts LINEAR =
            new ModelFacts("m", "linear", 21, 20, 1, Task.REGRESSION, false, List.of());

    private static List<String> problems(Studies study, DataFacts data, ModelFacts model) {
        PlanException refused = catchThrowableOfType(
                PlanException.class, () -> Planner.plan(study.config(), data, model, Studies.CLUSTER, Studies.FUSED));
        assertThat(refused).isNotNull();
        return refused.problems();
    }

    private static List<String> problems(Studies study) {
        return problems(study, Studies.DATA, Studies.MODEL);
    }

    @Test
    void plansAllProbesAndLabelNoise() {
        RunPlan run = ordinary().labelNoise(0.1).probes(ProbeKind.values()).run();
        assertThat(run.probes()).containsExactly(ProbeKind.values());
        assertThat(run.labelNoise()).isEqualTo(0.1);
    }

    @Test
    void remindsOfLabelNoise() {
        assertThat(ordinary().labelNoise(0.1).plan().notices())
                .containsExactly(
                        "label noise 0.1 (study.data.label-noise) gives training examples a wrong label with that"
                                + " probability: training loss and accuracy are of the labels as trained on, validation and test"
                                + " of true ones");
        assertThat(ordinary().plan().notices()).isEmpty();
    }

    @Test
    void refusesWhatNeedsClassesForRegression() {
        assertThat(problems(
                        ordinary().labelNoise(0.1).probes(ProbeKind.CALIBRATION, ProbeKind.LABEL_MEMORY),
                        REGRESSION,
                        LINEAR))
                .containsExactly(
                        "label noise 0.1 (study.data.label-noise): must have classes to choose a wrong one from, but the"
                                + " data set data/x is for regression; set it to 0",
                        "probe calibration (study.probes): must have classes, but the data set data/x is for regression;"
                                + " remove it",
                        "probe label-memory (study.probes): must have classes, but the data set data/x is for regression;"
                                + " remove it");
        assertThat(Planner.plan(
                                ordinary()
                                        .probes(ProbeKind.WEIGHT_NOISE, ProbeKind.CORRUPTED_INPUTS)
                                        .config(),
                                REGRESSION,
                                LINEAR,
                                Studies.CLUSTER,
                                Studies.FUSED)
                        .runs())
                .hasSize(1);
    }

    @Test
    void refusesLabelMemoryWithoutChangedLabels() {
        assertThat(problems(ordinary().probes(ProbeKind.LABEL_MEMORY)))
                .containsExactly("probe label-memory (study.probes): must have changed labels, but"
                        + " study.data.label-noise is 0; raise that, or remove the probe");
    }

    @Test
    void refusesProbesOfASplitThatIsNotThere() {
        DataFacts none = new DataFacts("d", Task.CLASSIFICATION, 6000, 0, 0, 20, 4);
        assertThat(problems(
                        ordinary().probes(ProbeKind.CALIBRATION, ProbeKind.WEIGHT_NOISE, ProbeKind.CORRUPTED_INPUTS),
                        none,
                        Studies.MODEL))
                .containsExactly(
                        "probe calibration (study.probes): needs a validation or test split, but the data set data/x has"
                                + " neither; prepare it with one, or remove the probe",
                        "probe weight-noise (study.probes): needs a test split, but the data set data/x has none; prepare"
                                + " it with one, or remove the probe",
                        "probe corrupted-inputs (study.probes): needs a test split, but the data set data/x has none;"
                                + " prepare it with one, or remove the probe");
    }

    @Test
    void refusesCalibrationOfWhatIsNoProbability() {
        ModelFacts model = new ModelFacts(
                "m", "file x.json", 204, 20, 4, Task.CLASSIFICATION, false, false, false, null, List.of());
        assertThat(problems(ordinary().probes(ProbeKind.CALIBRATION), Studies.DATA, model))
                .containsExactly(
                        "probe calibration (study.probes): must have class probabilities, of a model that ends in"
                                + " softmax and cross-entropy without class weights, but file x.json (study.model) does not;"
                                + " remove it or use another model");
    }

    @Test
    void refusesProbesOfWhatDeeplearning4jTrains() {
        Studies study = ordinary()
                .modes(new SyncModeConfig.Resolved(new Synchronization.Dl4jParameterAveraging(4)))
                .probes(ProbeKind.CALIBRATION, ProbeKind.WEIGHT_NOISE);
        assertThat(problems(study))
                .containsExactly(
                        "probes calibration, weight-noise (study.probes): must have runs that this program's own"
                                + " step loop trains, but Deeplearning4j trains dl4j-parameter-averaging (study.sync); remove the"
                                + " probes, or the mode");
    }
}
