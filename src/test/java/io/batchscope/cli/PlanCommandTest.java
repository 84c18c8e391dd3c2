package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.config.ConfigLoader;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.study.TimeForecast;
import io.batchscope.testing.LocalSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    Path directory;

    private StudySetup setup(String... sets) {
        List<String> all = new ArrayList<>(List.of("data.path=\"" + directory.resolve("data") + "\""));
        all.addAll(List.of(sets));
        return StudySetup.of(spark.session(), ConfigLoader.load(Path.of("conf", "smoke.conf"), all));
    }

    private static TimeForecast times(StudySetup setup) {
        return TimeSurvey.of(spark.session(), setup, setup.plan().runs());
    }

    @Test
    void saysWhichReplicaTheRunsGetAndWhy() throws Exception {
        StudySetup setup = setup("replica=dl4j");
        TimeForecast times = times(setup);

        assertThat(PlanText.of(setup, times))
                .contains("\nreplica    dl4j: study.replica asks for it\n")
                .doesNotContain("synchronous");
        JsonNode document = new ObjectMapper().readTree(PlanJson.of(setup, times));
        assertThat(document.get("replica").asText()).isEqualTo("dl4j");
        assertThat(document.get("replica_reason").asText()).isEqualTo("study.replica asks for it");
    }

    @Test
    void decidesByWhatTheModelAndTheExecutorsSay() {
        StudySetup setup = setup("replica=auto");

        boolean fused = setup.plan().replica().kind() == ReplicaKind.FUSED;
        assertThat(fused).isEqualTo(setup.replicas() != setup.model().replicas());
        assertThat(setup.plan().runs()).allSatisfy(run -> assertThat(run.replica())
                .isEqualTo(setup.plan().replica().kind()));
    }

    @Test
    void showsModesWithTheirEffectiveBatchSizes() throws Exception {
        StudySetup setup = setup(
                "batch-sizes=[128]",
                "sync.workers=2",
                "sync.compare=[synchronous,{mode=parameter-averaging,every=4},gradient-sharing,dl4j-gradient-sharing]");
        TimeForecast times = times(setup);

        List<String> rows = PlanText.of(setup, times)
                .lines()
                .dropWhile(line -> !line.startsWith("run "))
                .takeWhile(line -> !line.startsWith("update: "))
                .map(line -> line.strip().replaceAll(" +", " "))
                .toList();
        assertThat(rows.get(0))
                .isEqualTo("run batch seed workers × each × accum update agree rate warmup steps ≈ time ≈ MiB schedule;"
                        + " mode");
        assertThat(rows.subList(1, 5))
                .satisfiesExactly(
                        exact -> assertThat(exact)
                                .contains(" 2 × 64 × 1 128 128 ")
                                .endsWith("; synchronous"),
                        averaging -> assertThat(averaging)
                                .contains(" 2 × 64 × 1 64 512 ")
                                .endsWith("; parameter-averaging, every 4 steps"),
                        sharing -> assertThat(sharing)
                                .contains(" 2 × 64 × 1 128 128 ")
                                .endsWith(
                                        "; gradient-sharing, adaptive threshold, sparsity 0.99 to 0.999, from 0.001 by 1.05,"
                                                + " clip 5 every 5"),
                        // What it needs is not known.
                        theirs -> assertThat(theirs)
                                .contains(" 2 × 64 × 1 64 - ", " - ")
                                .endsWith(
                                        "; dl4j-gradient-sharing, adaptive threshold, sparsity 0.99 to 0.9999, from 0.0001 by"
                                                + " 1.0353, clip 5 every 5"));

        JsonNode runs = new ObjectMapper().readTree(PlanJson.of(setup, times)).get("runs");
        assertThat(column(runs, "sync_mode"))
                .containsExactly("synchronous", "parameter-averaging", "gradient-sharing", "dl4j-gradient-sharing");
        assertThat(column(runs, "sync_settings")).startsWith("", "every 4 steps");
        assertThat(column(runs, "sync_every")).containsExactly("1", "4", "1", "1");
        assertThat(column(runs, "update_batch")).containsExactly("128", "64", "128", "64");
        assertThat(column(runs, "sync_examples")).containsExactly("128", "512", "128", "null");
        assertThat(column(runs, "replica")).last().isEqualTo("dl4j");
        assertThat(column(runs, "expected_memory_bytes")).last().isEqualTo("null");
        assertThat(runs.get(2).get("expected_memory_bytes").asLong())
                .isGreaterThanOrEqualTo(runs.get(0).get("expected_memory_bytes").asLong());
        assertThat(column(runs, "run_id")).doesNotHaveDuplicates();
        assertThat(runs)
                .allSatisfy(run ->
                        assertThat(run.get("expected_seconds").asDouble()).isPositive());
    }

    @Test
    void plansAStudyOfDeeplearning4jsOwnModesAlone() {
        StudySetup setup = setup("batch-sizes=[256]", "sync.workers=2", "sync.mode=dl4j-parameter-averaging");

        assertThat(PlanText.of(setup, times(setup)))
                .contains("\nreplica    dl4j: the modes of the study are Deeplearning4j's own\n")
                .contains("; what Deeplearning4j's own modes need is not known\n")
                .contains("; dl4j-parameter-averaging, every 8 steps\n");
    }

    @Test
    void showsRecipesAndWhatIsOnlyKnownAtRunTime() throws Exception {
        StudySetup setup = setup(
                "batch-sizes=[128]",
                "replica=dl4j",
                "learning-rate={base=0.1,base-batch=64,schedule=constant,max=null}",
                "budget.min-updates=0",
                "recipes=[{name=linear},{name=growing,batch-growth{by=plan,milestones=[50 %]}},"
                        + "{name=ada,learning-rate.scaling=adascale},{name=adam,optimizer.name=adam},"
                        + "{name=same,learning-rate.scaling=adascale,budget.equal=epochs}]");

        List<String> rows = PlanText.of(setup, FixedTimes.of(setup))
                .lines()
                .dropWhile(line -> !line.startsWith("run "))
                .map(line -> line.strip().replaceAll(" +", " "))
                .toList();
        assertThat(rows.get(0)).startsWith("run recipe batch seed ");
        assertThat(rows.get(1)).contains(" linear 128 ").contains("constant; nesterov, momentum 0.9; norms every ");
        assertThat(rows.get(2)).contains(" growing 128 ").contains("; batch 256 from step ");
        assertThat(rows.get(3))
                .contains(" ada 128 ", " ≤ ")
                .contains("; AdaScale, scale 2.0;")
                .endsWith(", noise every step");
        assertThat(rows.get(5)).contains(" same 128 ").doesNotContain("≤");
        assertThat(rows.get(4)).contains(" adam 128 ").contains("; adam, beta1 0.9, beta2 0.999, epsilon 1.0E-8; ");

        JsonNode runs = new ObjectMapper()
                .readTree(PlanJson.of(setup, FixedTimes.of(setup)))
                .get("runs");
        assertThat(column(runs, "recipe")).containsExactly("linear", "growing", "ada", "adam", "same");
        assertThat(column(runs, "final_batch_size")).containsExactly("128", "256", "128", "128", "128");
        assertThat(column(runs, "rates_known")).containsExactly("true", "true", "false", "true", "false");
        assertThat(runs.get(3).get("optimizer").get("name").asText()).isEqualTo("adam");
    }

    @Test
    void showsWhatIsMeasuredAndThatLabelsAreChanged() throws Exception {
        StudySetup setup = setup(
                "replica=dl4j",
                "batch-sizes=[1,128]",
                "data.label-noise=0.1",
                "probes=[calibration,label-memory]",
                "measure={norms-every=20 steps,noise-every=30 steps}");

        assertThat(PlanText.of(setup, FixedTimes.of(setup)))
                .contains("\nprobes     calibration, label-memory\n")
                .contains("note: label noise 0.1 (study.data.label-noise) gives training examples a wrong label")
                .contains("; norms every 20 steps, no noise\n")
                .contains("; norms every 20 steps, noise every 30 steps\n");
        JsonNode runs = new ObjectMapper()
                .readTree(PlanJson.of(setup, FixedTimes.of(setup)))
                .get("runs");
        assertThat(column(runs, "norms_every_steps")).containsExactly("20", "20");
        assertThat(column(runs, "noise_every_steps")).containsExactly("null", "30");
        assertThat(column(runs, "label_noise")).containsExactly("0.1", "0.1");
        assertThat(runs.get(0).get("probes").toString()).isEqualTo("[\"calibration\",\"label-memory\"]");
    }

    /** What is printed is what an engine asks the plan for. */
    @Test
    void printsTheRatesThatEnginesUse() throws Exception {
        StudySetup setup = setup("batch-sizes=[64,256]", "batch-growth={by=plan,milestones=[50 %]}");
        JsonNode runs = new ObjectMapper()
                .readTree(PlanJson.of(setup, FixedTimes.of(setup)))
                .get("runs");
        StringBuilder expected = new StringBuilder("rates, as update: rate\n");
        for (int i = 0; i < runs.size(); i++) {
            RunPlan run = setup.plan().runs().get(i);
            List<Long> steps = new ArrayList<>();
            expected.append("batch ").append(run.batchSize()).append(':');
            for (JsonNode point : runs.get(i).get("rates")) {
                long step = point.get("step").asLong();
                steps.add(step);
                assertThat(point.get("rate").asDouble())
                        .isEqualTo(run.schedule().rateAt(step));
                long batch = run.geometry().batchSizeAt(step);
                assertThat(point.get("batch_size").asLong()).isEqualTo(batch);
                expected.append(String.format(
                        Locale.ROOT,
                        "%s %d: %.6g%s",
                        step == 0 ? "" : ",",
                        step,
                        run.schedule().rateAt(step),
                        batch == run.batchSize() ? "" : " (batch " + batch + ")"));
            }
            expected.append('\n');
            assertThat(steps)
                    .startsWith(0L)
                    .contains(run.warmupSteps())
                    .endsWith(run.plannedSteps() - 1)
                    .isSorted();
        }
        assertThat(PlanRates.text(setup.plan())).isEqualTo(expected.toString());
    }

    private static List<String> column(JsonNode rows, String name) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> row.get(name).asText())
                .toList();
    }
}
