package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.Examples;
import io.batchscope.data.Split;
import io.batchscope.nn.Model;
import io.batchscope.nn.Models;
import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.StudyConfig.SourceConfig;
import io.batchscope.plan.StudyConfig.SyntheticConfig;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.Outcome;
import io.batchscope.result.ProbeRecord;
import io.batchscope.testing.LocalSpark;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.StressedPlan;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.train.LinkMeasurement;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Changed labels and probes in runs on Spark. */
@Timeout(120)
class ProbedRunTest {
    private static final double SHARE = 0.2;

    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    static Path directory;

    private static DataLocation data;
    private static Model model;

    @BeforeAll
    static void prepare() {
        SourceConfig source = new SourceConfig(
                "synthetic",
                List.of(),
                List.of(),
                Optional.empty(),
                Task.CLASSIFICATION,
                0.1,
                0.1,
                4,
                1,
                Optional.of(new SyntheticConfig(600, 6, 3, 0.2)));
        String path = directory.resolve("data").toString();
        DataPreparer.prepare(spark.session(), PreparationRequest.of(source, "test"), path);
        data = DataLocation.open(spark.session().sparkContext().hadoopConfiguration(), path);
        model = Models.load(new Catalog("softmax", List.of(), "relu"), List.of(6), Task.CLASSIFICATION, 3);
    }

    private static RunPlan plan(int workers, List<ProbeKind> probes) {
        long examples = data.manifest().facts().trainExamples();
        RunPlan plan = RunPlans.sgd(Task.CLASSIFICATION, examples, 48, 60, 0.2)
                .withWorkers(workers)
                .withMicroBatch(64)
                .plan();
        return StressedPlan.of(plan, SHARE, probes);
    }

    private static TrainedRun train(RunPlan plan) {
        return new SparkTrainingEngine(spark.session(), data, model.replicas()).train(plan, TrainingListener.NONE);
    }

    /** What was measured about the network, not about the machine. */
    private static Map<String, Double> values(TrainedRun run) {
        Map<String, Double> values = measured(run);
        values.keySet().removeIf(key -> key.startsWith("machine ") || key.startsWith(LinkMeasurement.PROBE + " "));
        return values;
    }

    private static Map<String, Double> measured(TrainedRun run) {
        Map<String, Double> values = new HashMap<>();
        for (ProbeRecord row : run.probeRows()) {
            assertThat(values.put(row.probe() + " " + row.metric(), row.value()))
                    .isNull();
        }
        return values;
    }

    private static double at(TrainedRun run, String split) {
        List<EvalRecord> rows = run.evalRows().stream()
                .filter(row -> row.split().equals(split) && row.step() == run.steps())
                .toList();
        return Objects.requireNonNull(rows.get(rows.size() - 1).accuracy());
    }

    @Test
    void probesSayTheSameOfAnyNumberOfWorkersAndLeaveTheRunAlone() {
        TrainedRun one = train(plan(1, List.of(ProbeKind.values())));
        TrainedRun two = train(plan(2, List.of(ProbeKind.values())));
        TrainedRun without = train(plan(1, List.of()));
        assertThat(two.outcome()).isEqualTo(new Outcome.Completed());
        assertThat(TrainedParameters.of(one)).isEqualTo(TrainedParameters.of(without));
        assertThat(measured(one).keySet()).noneMatch(key -> key.startsWith(LinkMeasurement.PROBE + " "));
        Map<String, Double> values = values(one);
        Map<String, Double> ofTwo = values(two);
        assertThat(values.keySet()).isEqualTo(ofTwo.keySet());
        values.forEach((metric, value) ->
                assertThat(ofTwo.get(metric)).as(metric).isCloseTo(value, within(1e-4 * Math.max(1, Math.abs(value)))));
        assertThat(values.keySet().stream().map(key -> key.split(" ", 2)[0]).distinct())
                .containsExactlyInAnyOrder("calibration", "weight-noise", "corrupted-inputs", "label-memory");
    }

    @Test
    void saysHowManyProcessorsEachWorkerHad() {
        double processors = Runtime.getRuntime().availableProcessors();

        assertThat(measured(train(plan(1, List.of()))))
                .isEqualTo(Map.of("machine processors", processors, "machine processors_per_worker", processors));
        assertThat(measured(train(plan(3, List.of()))))
                .containsEntry("machine processors", processors)
                .containsEntry("machine processors_per_worker", processors / 3);
    }

    @Test
    void onlyTrainingLabelsAreChangedAndALinearModelDoesNotLearnThem() {
        TrainedRun run = train(plan(1, List.of(ProbeKind.LABEL_MEMORY)));
        Map<String, Double> values = values(run);
        // Three well separated classes: what is put out is the true class, so the accuracy on changed labels is what is
        // left.
        assertThat(at(run, "test")).isGreaterThan(0.97);
        assertThat(at(run, "validation")).isGreaterThan(0.97);
        assertThat(at(run, "train")).isCloseTo(1 - SHARE, within(0.06));
        assertThat(values.get("label-memory fitted_share")).isLessThan(0.05);
        assertThat(values.get("label-memory true_class_share")).isGreaterThan(0.95);
        assertThat(values.get("label-memory unchanged_accuracy")).isGreaterThan(0.97);
    }

    @Test
    void ranksTogetherHoldTheSameWrongLabelsAsOne() {
        Map<String, String> alone = labels(1);
        assertThat(labels(3)).isEqualTo(alone);
        long changed = alone.values().stream()
                .filter(label -> label.charAt(0) != label.charAt(1))
                .count();
        // Standard error of the share √(0.2 · 0.8 / 486) = 0.018.
        assertThat(changed / (double) alone.size()).isCloseTo(SHARE, within(0.073));
    }

    /** Given and true class by features. */
    private static Map<String, String> labels(int workers) {
        RankExamples examples = new RankExamples(plan(workers, List.of()), data, ShardReader.of(spark.session()));
        Map<String, String> labels = new HashMap<>();
        for (int rank = 0; rank < workers; rank++) {
            Examples held = examples.of(Split.TRAIN, rank);
            float[] features = new float[held.featureCount()];
            for (int i = 0; i < held.size(); i++) {
                held.copyFeatures(i, features, 0);
                labels.put(java.util.Arrays.toString(features), held.classOf(i) + "" + held.trueClassOf(i));
            }
            Examples test = examples.of(Split.TEST, rank);
            for (int i = 0; i < test.size(); i++) {
                assertThat(test.classOf(i)).isEqualTo(test.trueClassOf(i));
            }
        }
        return labels;
    }
}
