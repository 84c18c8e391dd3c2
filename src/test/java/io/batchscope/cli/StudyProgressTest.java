package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.config.ConfigLoader;
import io.batchscope.plan.ClusterFacts;
import io.batchscope.plan.DataFacts;
import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.Planner;
import io.batchscope.plan.RecipeConfig;
import io.batchscope.plan.ReplicaChoice;
import io.batchscope.plan.ReplicaFacts;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyConfig;
import io.batchscope.plan.StudyPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.Provenance;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyStatus;
import io.batchscope.study.NativeLaw;
import io.batchscope.study.RunRecords;
import io.batchscope.study.WorkerBudget;
import io.batchscope.study.WorkerMemory;
import io.batchscope.testing.RunPlans;
import io.batchscope.train.TrainedRun;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class StudyProgressTest {
    private static final ModelFacts MODEL =
            new ModelFacts("m", "softmax", 15, 4, 3, Task.CLASSIFICATION, false, List.of());
    private static final RunRecords RECORDS = new RunRecords(
            MODEL,
            new Provenance("abc", "def", "0.1.0", "17", "Linux", "by hand", "3.5.5"),
            new WorkerMemory(
                    MODEL,
                    new WorkerMemory.DataSize(20, 0),
                    new WorkerBudget(1 << 20, 1 << 20, 1 << 20, true, 1, 0),
                    NativeLaw.NONE));

    @Test
    void countsARunThatHasEnded() {
        RunPlan plan = RunPlans.sgd(Task.CLASSIFICATION, 100, 10, 5, 0.1).plan();
        RunRecord row = RECORDS.result(plan, TrainedRun.failed("no memory"), Instant.EPOCH)
                .run();
        assertThat(shown(plan, progress -> {
                    progress.onRunStarted(plan);
                    progress.onRunFinished(plan, row);
                    progress.onStudy(StudyStatus.State.RUNNING, new StudyStatus.Counts(1, 0, 0, 1));
                }))
                .isEqualTo("progress: 100 %, 1 of 1 runs\n");
    }

    @Test
    void tellsEveryDistributionOfRanksOverGpusOnce() {
        RunPlan plan = RunPlans.sgd(Task.CLASSIFICATION, 100, 10, 5, 0.1).plan();
        assertThat(shown(plan, progress -> {
                    for (String devices :
                            List.of("rank 0: a GPU 0; rank 1: b GPU 0", "rank 0: a GPU 1", "rank 0: a GPU 1")) {
                        TrainedRun run = TrainedRun.failed("no memory");
                        progress.onRunFinished(
                                plan,
                                RECORDS.result(
                                                plan,
                                                run.withMachines(null, run.gpu().on(devices)),
                                                Instant.EPOCH)
                                        .run());
                    }
                }))
                .isEqualTo("gpu: rank 0: a GPU 0\ngpu: rank 1: b GPU 0\ngpu: rank 0: a GPU 1\n");
    }

    @Test
    void saysWhereRunsGoOnAndWhy() {
        RunPlan plan = RunPlans.sgd(Task.CLASSIFICATION, 100, 10, 5000, 0.1).plan();
        assertThat(shown(plan, progress -> {
                    progress.onContinued(plan, 1200);
                    progress.onRestart(plan, "rank 1 on node7 was lost (executor 3: worker lost)", 2400, 2, 3);
                    progress.onRestart(plan, "rank 0 on node7 was lost (executor 4: worker lost)", 0, 3, 3);
                }))
                .isEqualTo(
                        """
                        note: run r10w1 (batch 10): goes on from update 1,200, where an earlier command left it
                        note: run r10w1 (batch 10): rank 1 on node7 was lost (executor 3: worker lost); goes on from update 2,400, attempt 2 of 3
                        note: run r10w1 (batch 10): rank 0 on node7 was lost (executor 4: worker lost); begins again, as it has no checkpoint, attempt 3 of 3
                        """);
    }

    @Test
    void namesTheModeWhereAStudyComparesModes() {
        StudyConfig config = ConfigLoader.load(
                        Path.of("conf", "smoke.conf"),
                        List.of("batch-sizes=[128]", "sync.compare=[synchronous,parameter-averaging]"))
                .config();
        StudyPlan study = Planner.plan(
                config,
                new DataFacts("d", Task.CLASSIFICATION, 1620, 180, 200, 20, 4),
                new ModelFacts("m", "mlp", 100, 20, 4, Task.CLASSIFICATION, false, List.of()),
                new ClusterFacts(2),
                ReplicaFacts.FUSED);
        RunPlan averaging = study.runs().get(1);

        assertThat(shown(study, progress -> {
                    progress.onRunStarted(averaging);
                    progress.onRestart(averaging, "rank 1 was lost", 0, 2, 3);
                    progress.onStudy(StudyStatus.State.RUNNING, new StudyStatus.Counts(2, 0, 0, 0));
                    progress.onRunFinished(
                            averaging,
                            RECORDS.result(averaging, TrainedRun.failed("x"), Instant.EPOCH)
                                    .run());
                    progress.onRunStarted(averaging);
                    progress.onStudy(StudyStatus.State.RUNNING, new StudyStatus.Counts(2, 0, 0, 1));
                }))
                .isEqualTo(
                        "note: run " + averaging.runId()
                                + " (batch 128, parameter-averaging, every 8 steps): rank 1 was"
                                + " lost; begins again, as it has no checkpoint, attempt 2 of 3\n"
                                + "progress: 50 %, 1 of 2 runs, batch 128 (parameter-averaging, every 8 steps) seed 1 at 0/60\n");
    }

    @Test
    void namesTheRecipeWhereAStudyComparesRecipes() {
        StudyConfig one = ConfigLoader.load(Path.of("conf", "smoke.conf"), List.of("batch-sizes=[128]"))
                .config();
        RecipeConfig recipe = one.recipes().get(0);
        StudyConfig two = new StudyConfig(
                one.name(),
                one.data(),
                one.model(),
                List.of(named("linear", recipe), named("sqrt", recipe)),
                one.batchSizes(),
                one.seeds(),
                one.target(),
                one.evaluation(),
                one.sync(),
                one.checkpoint(),
                one.replica(),
                one.gpu(),
                one.measure(),
                one.probes(),
                one.order(),
                one.output());
        StudyPlan study = Planner.plan(
                two,
                new DataFacts("d", Task.CLASSIFICATION, 1620, 180, 200, 20, 4),
                new ModelFacts("m", "mlp", 100, 20, 4, Task.CLASSIFICATION, false, List.of()),
                new ClusterFacts(2),
                ReplicaFacts.FUSED);
        RunPlan sqrt = study.runs().stream()
                .filter(run -> run.recipe().name().equals("sqrt"))
                .findFirst()
                .orElseThrow();

        assertThat(shown(study, progress -> {
                    progress.onRunStarted(sqrt);
                    progress.onRunFinished(
                            sqrt,
                            RECORDS.result(sqrt, TrainedRun.failed("x"), Instant.EPOCH)
                                    .run());
                    progress.onRunStarted(sqrt);
                    progress.onStudy(StudyStatus.State.RUNNING, new StudyStatus.Counts(2, 0, 0, 1));
                }))
                .contains("1 of 2 runs, batch 128 (sqrt) seed 1 at 0/");
    }

    @Test
    void namesTheWorkersWhereAStudyComparesThem() {
        StudyPlan study = Planner.plan(
                ConfigLoader.load(Path.of("conf", "smoke.conf"), List.of("batch-sizes=[128]", "sync.workers=[1,2]"))
                        .config(),
                new DataFacts("d", Task.CLASSIFICATION, 1620, 180, 200, 20, 4),
                new ModelFacts("m", "mlp", 100, 20, 4, Task.CLASSIFICATION, false, List.of()),
                new ClusterFacts(2),
                ReplicaFacts.FUSED);
        RunPlan two = study.runs().get(1);

        assertThat(shown(study, progress -> {
                    progress.onRunStarted(two);
                    progress.onRunFinished(
                            two,
                            RECORDS.result(two, TrainedRun.failed("x"), Instant.EPOCH)
                                    .run());
                    progress.onRunStarted(two);
                    progress.onStudy(StudyStatus.State.RUNNING, new StudyStatus.Counts(2, 0, 0, 1));
                }))
                .contains("1 of 2 runs, batch 128 (2 workers) seed 1 at 0/");
    }

    @Test
    void namesTheFactorInASearchForTheBestRate() {
        StudyPlan study = Planner.plan(
                ConfigLoader.load(
                                Path.of("conf", "smoke.conf"),
                                List.of("batch-sizes=[16]", "learning-rate.search.factors=[0.5, 2]"))
                        .config(),
                new DataFacts("d", Task.CLASSIFICATION, 1620, 180, 200, 20, 4),
                new ModelFacts("m", "mlp", 100, 20, 4, Task.CLASSIFICATION, false, List.of()),
                new ClusterFacts(2),
                ReplicaFacts.FUSED);
        RunPlan last = study.runs().get(1);

        assertThat(shown(study, progress -> {
                    progress.onRunStarted(last);
                    progress.onRunFinished(
                            last,
                            RECORDS.result(last, TrainedRun.failed("x"), Instant.EPOCH)
                                    .run());
                    progress.onRunStarted(last);
                    progress.onStudy(StudyStatus.State.RUNNING, new StudyStatus.Counts(2, 0, 0, 1));
                }))
                .contains("1 of 2 runs, batch 16 rate × 2 seed 1 at 0/");
        assertThat(PlanRates.text(study))
                .startsWith("rates, as update: rate\nbatch 16, rate × 0.5: 0: 0.0100000, ")
                .contains("\nbatch 16, rate × 2: 0: 0.0400000, ");
    }

    private static RecipeConfig named(String name, RecipeConfig recipe) {
        return new RecipeConfig(
                name,
                recipe.optimizer(),
                recipe.learningRate(),
                recipe.regularization(),
                recipe.growth(),
                recipe.budget());
    }

    private static String shown(RunPlan plan, Consumer<StudyProgress> events) {
        return shown(
                new StudyPlan("study", new ReplicaChoice(ReplicaKind.DL4J, "a test"), List.of(plan), List.of()),
                events);
    }

    private static String shown(StudyPlan study, Consumer<StudyProgress> events) {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        try (StudyProgress progress = new StudyProgress(study, new PrintStream(shown, true, StandardCharsets.UTF_8))) {
            events.accept(progress);
        }
        return shown.toString(StandardCharsets.UTF_8);
    }
}
