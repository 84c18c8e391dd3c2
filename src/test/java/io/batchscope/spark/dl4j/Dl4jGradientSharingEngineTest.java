package io.batchscope.spark.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.nn.Model;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization.Dl4jGradientSharing;
import io.batchscope.plan.Synchronization.Threshold;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.Outcome;
import io.batchscope.result.StepRecord;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.spark.DataLocation;
import io.batchscope.testing.LocalSpark;
import io.batchscope.testing.RunPlans;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Real Spark jobs on local slots, with Deeplearning4j's own master and its parameter server. */
@Timeout(120)
class Dl4jGradientSharingEngineTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    static Path directory;

    private static DataLocation data;
    private static final Model MODEL = Dl4jPlans.model();

    @BeforeAll
    static void prepare() {
        data = Dl4jPlans.prepare(spark.session(), directory);
    }

    private static TrainedRun train(RunPlan plan) {
        return new Dl4jGradientSharingEngine(spark.session(), data, MODEL).train(plan, TrainingListener.NONE);
    }

    private static RunPlan sharing(Threshold threshold, RunPlans plans) {
        return Dl4jPlans.in(new Dl4jGradientSharing(threshold, 5, 5), plans.plan());
    }

    private static double validationLoss(TrainedRun run, long step) {
        return run.evalRows().stream()
                .filter(row -> row.split().equals("validation") && row.step() == step)
                .mapToDouble(EvalRecord::loss)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void twoWorkersInOneJvmLearnInEveryRoundAndLeaveNoThreadBehind() throws InterruptedException {
        TrainedRun run = train(sharing(new Threshold.Fixed(1e-3), Dl4jPlans.plans(32, 30)));
        assertThat(run.outcome()).isEqualTo(new Outcome.Completed());
        assertThat(run.stepRows()).extracting(StepRecord::step).containsExactly(10L, 20L, 30L);
        assertThat(validationLoss(run, 10)).isLessThan(validationLoss(run, 0));
        assertThat(validationLoss(run, 30)).isLessThan(validationLoss(run, 10));
        awaitNoThreads();
    }

    @Test
    void aSingleWorkerAndAnotherThresholdLearnAsWell() {
        TrainedRun run = train(sharing(
                new Threshold.Adaptive(1e-3, 0.5, 0.99, 1.1),
                Dl4jPlans.plans(32, 10).withWorkers(1)));
        assertThat(run.outcome()).isEqualTo(new Outcome.Completed());
        assertThat(validationLoss(run, 10)).isLessThan(validationLoss(run, 0));
    }

    @Test
    void aRunThatStandsStillFailsAndTheNextOneTrains() throws InterruptedException {
        RunPlan late = Dl4jPlans.with(
                new Dl4jGradientSharing(new Threshold.Fixed(1e-3), 5, 5),
                Dl4jPlans.plans(32, 10).plan(),
                1e-3);
        TrainedRun run = train(late);
        assertThat(run.outcome().label()).isEqualTo("Failed");
        assertThat(run.outcome().detail()).contains("did not finish within 0.001 s without progress");
        awaitNoThreads();
        assertThat(train(sharing(new Threshold.Fixed(1e-3), Dl4jPlans.plans(32, 10)))
                        .outcome())
                .isEqualTo(new Outcome.Completed());
    }

    /** Deeplearning4j's server counts the updates of all runs of a JVM. */
    @Test
    void aRunAfterAnotherBeginsWithItsOwnFirstRate() {
        RunPlan plan = sharing(
                new Threshold.Fixed(1e-3),
                Dl4jPlans.plans(32, 10).withSchedule(new LearningRateSchedule.Polynomial(0.1, 0, 10, 1)));
        for (int number = 1; number <= 2; number++) {
            TrainedRun run = train(plan);
            assertThat(validationLoss(run, 10))
                    .as("loss at the end of run %d", number)
                    .isLessThan(0.95 * validationLoss(run, 0));
        }
    }

    @Test
    void aThresholdThatDeeplearning4jDoesNotKnowFailsInOneLine() {
        assertThat(train(sharing(new Threshold.Fixed(0), Dl4jPlans.plans(32, 10)))
                        .outcome()
                        .detail())
                .contains("threshold (sync.gradient-sharing): must be above 0");
    }

    private static void awaitNoThreads() throws InterruptedException {
        Set<String> theirs = theirThreads();
        for (long end = System.nanoTime() + 30_000_000_000L; !theirs.isEmpty(); theirs = theirThreads()) {
            assertThat(System.nanoTime()).as("still there: %s", theirs).isLessThan(end);
            Thread.sleep(50);
        }
    }

    private static Set<String> theirThreads() {
        List<String> names = List.of("MessagesExecutorService", "ParallelWrapper", "aeron", "driver-conductor", "ADSI");
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(thread -> names.stream().anyMatch(thread::contains))
                .collect(Collectors.toSet());
    }
}
