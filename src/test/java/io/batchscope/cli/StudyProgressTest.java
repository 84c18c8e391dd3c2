package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.ReplicaChoice;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
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
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class StudyProgressTest {
    @Test
    void countsARunThatHasEnded() {
        RunPlan plan = RunPlans.sgd(Task.CLASSIFICATION, 100, 10, 5, 0.1).plan();
        ModelFacts model = new ModelFacts("m", "softmax", 15, 4, 3, Task.CLASSIFICATION, false, List.of());
        WorkerBudget budget = new WorkerBudget(1 << 20, 1 << 20, 1 << 20, true, 1, 0);
        RunRecord row = new RunRecords(
                        model,
                        new Provenance("abc", "def", "0.1.0", "17", "Linux", "by hand", "3.5.5"),
                        new WorkerMemory(model, new WorkerMemory.DataSize(20, 0), budget, NativeLaw.NONE))
                .result(plan, TrainedRun.failed("no memory"), Instant.EPOCH)
                .run();
        assertThat(shown(plan, progress -> {
                    progress.onRunStarted(plan);
                    progress.onRunFinished(plan, row);
                    progress.onStudy(StudyStatus.State.RUNNING, new StudyStatus.Counts(1, 0, 0, 1));
                }))
                .isEqualTo("progress: 100 %, 1 of 1 runs\n");
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

    private static String shown(RunPlan plan, Consumer<StudyProgress> events) {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        try (StudyProgress progress = new StudyProgress(
                new StudyPlan("study", new ReplicaChoice(ReplicaKind.DL4J, "a test"), List.of(plan), List.of()),
                new PrintStream(shown, true, StandardCharsets.UTF_8))) {
            events.accept(progress);
        }
        return shown.toString(StandardCharsets.UTF_8);
    }
}
