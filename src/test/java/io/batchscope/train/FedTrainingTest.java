package io.batchscope.train;

import static io.batchscope.train.Feeding.EXAMPLES;
import static io.batchscope.train.Feeding.FEATURES;
import static io.batchscope.train.Feeding.TRAIN;
import static io.batchscope.train.Feeding.feeder;
import static io.batchscope.train.Feeding.owned;
import static io.batchscope.train.Feeding.plan;
import static io.batchscope.train.Feeding.stuck;
import static io.batchscope.train.Feeding.threads;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.collective.SingleCollective;
import io.batchscope.data.DataException;
import io.batchscope.data.Examples;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.Outcome;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FedTrainingTest {
    @AfterEach
    void leavesNoThread() {
        assertThat(threads()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"103, 1", "103, 3", "17, 3", "2, 3", "1, 1"})
    void trainsToTheSameBitsWithAndWithoutAThread(long batchSize, int workers) throws Exception {
        RunPlan plan = plan(batchSize, workers, 40);
        TrainedRun ahead = train(plan, true, TRAIN).get(0);
        TrainedRun onDemand = train(plan, false, TRAIN).get(0);
        assertThat(TrainedParameters.of(ahead)).isEqualTo(TrainedParameters.of(onDemand));
        assertThat(rows(ahead)).isEqualTo(rows(onDemand)).hasSize(40);
        assertThat(evaluations(ahead)).isEqualTo(evaluations(onDemand));
    }

    private static List<String> rows(TrainedRun run) {
        return run.stepRows().stream()
                .map(row -> row.step() + " " + row.examples() + " " + row.loss() + " " + row.gradientNorm())
                .toList();
    }

    private static List<String> evaluations(TrainedRun run) {
        return run.evalRows().stream()
                .map(row -> row.step() + " " + row.split() + " " + row.loss())
                .toList();
    }

    @Test
    void theTimesOfAnUpdateAreItsParts() throws Exception {
        for (boolean ahead : new boolean[] {true, false}) {
            TrainedRun run = train(plan(17, 1, 60), ahead, TRAIN).get(0);
            assertThat(run.dataSeconds()).isPositive();
            assertThat(run.computeSeconds()).isPositive();
            assertThat(run.dataSeconds() + run.computeSeconds() + run.syncSeconds())
                    .isLessThanOrEqualTo(run.trainSeconds());
            double rows = run.stepRows().stream()
                    .mapToDouble(row -> row.dataSeconds())
                    .sum();
            assertThat(rows).isBetween(run.dataSeconds() * 0.999999, run.dataSeconds() * 1.000001);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFaultInTheDataEndsTheRunWithItsCause(boolean ahead) {
        DataException fault = new DataException("example 40: unreadable; prepare the data again");
        RunPlan plan = plan(17, 1, 40);
        Examples faulty = new Feeding.Watched(TRAIN, index -> {
            if (index == 40) {
                throw fault;
            }
        });
        assertThatThrownBy(() -> train(plan, ahead, faulty)).hasCause(fault);
        OutOfMemoryError error = new OutOfMemoryError("no room");
        Examples huge = new Feeding.Watched(TRAIN, index -> {
            throw error;
        });
        assertThatThrownBy(() -> train(plan, ahead, huge)).hasCause(error);
    }

    @Test
    void anInterruptEndsTheRunAndTheThread() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        Examples stuck = stuck(reached);
        RunPlan plan = plan(17, 1, 1_000_000_000);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<TrainedRun> run = threads.submit(
                    () -> loop(plan, true, stuck, new SingleCollective()).run());
            assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
            threads.shutdownNow();
            assertThatThrownBy(() -> run.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void noThreadOutlivesARunThatEndsEarly() throws Exception {
        RunPlan diverging =
                RunPlans.sgd(Task.REGRESSION, EXAMPLES, EXAMPLES, 500, 5).plan();
        assertThat(train(diverging, true, TRAIN).get(0).outcome()).isInstanceOf(Outcome.Diverged.class);
        assertThat(threads()).isEmpty();
    }

    private static List<TrainedRun> train(RunPlan plan, boolean ahead, Examples train) throws Exception {
        return RankThreads.run(plan.workers(), collective -> {
            Examples own = plan.workers() == 1 ? train : owned(plan, collective.rank());
            return loop(plan, ahead, own, collective).run();
        });
    }

    private static StepLoop loop(RunPlan plan, boolean ahead, Examples own, Collective collective) {
        int rank = collective.rank();
        return new StepLoop(
                plan,
                new RankData(
                        own, rank == 0 ? ArrayExamples.linear(9, FEATURES, 2) : ArrayExamples.NONE, ArrayExamples.NONE),
                new LinearReplica(FEATURES, 0.25f),
                collective,
                List.of(),
                TrainingListener.NONE,
                feeder(ahead, plan, rank, own));
    }
}
