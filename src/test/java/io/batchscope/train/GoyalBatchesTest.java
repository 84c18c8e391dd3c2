package io.batchscope.train;

import static io.batchscope.train.OneWeight.START;
import static io.batchscope.train.OneWeight.start;
import static io.batchscope.train.OneWeight.targets;
import static io.batchscope.train.OneWeight.weight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.Batch;
import io.batchscope.data.EpochOrder;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.ForwardingReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Remarks 3 and 4 of Goyal et al. 2017, section 3, on what goes wrong in distributed training, each on the loop itself
 * and against a closed form. The network is one weight w, with the loss (w − t)² for an example with target t.
 */
class GoyalBatchesTest {
    /**
     * Remark 3: each share is normalised by the size of the global batch. All numbers here are fractions of powers of two
     * that float holds, so the closed form is met to the bit, however unevenly the batch is shared.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void sharesAreNormalisedByTheGlobalBatch(int workers) throws Exception {
        int examples = 16;
        ArrayExamples uneven = targets(examples, i -> i % 3 == 0 ? 64 : 0);
        double mean = uneven.targets().stream().mapToDouble(t -> t).average().orElseThrow();
        RunPlan full = RunPlans.sgd(Task.REGRESSION, examples, examples, 6, 0.25)
                .withWorkers(workers)
                .plan();
        // w ← w − ¼·2·(w − mean) halves the distance to the mean.
        assertThat((double) weight(full, uneven, replica -> replica)).isEqualTo(mean + (START - mean) / (1 << 6));
        if (examples % workers > 0) {
            assertThat(meanOfMeans(full, uneven))
                    .as("means of shares would lead elsewhere")
                    .isNotCloseTo(mean, within(0.5));
        }

        RunPlans quarter = RunPlans.sgd(Task.REGRESSION, examples, 4, 8, 0.25);
        assertThat(weight(quarter.withWorkers(workers).plan(), uneven, replica -> replica))
                .as("batches smaller than the number of workers")
                .isEqualTo(weight(quarter.plan(), uneven, replica -> replica));
    }

    private static double meanOfMeans(RunPlan plan, ArrayExamples examples) {
        EpochOrder order = new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
        return IntStream.range(0, plan.workers())
                .mapToDouble(rank -> IntStream.range(0, examples.size())
                        .filter(i -> order.ownerOf(i, plan.workers()) == rank)
                        .mapToDouble(examples::targetOf)
                        .average()
                        .orElseThrow())
                .average()
                .orElseThrow();
    }

    /** Remark 4: one shuffle of all examples for each epoch, divided among the workers. */
    @ParameterizedTest
    @CsvSource({"103, 10", "103, 103", "96, 7", "50, 3", "24, 1"})
    void oneShuffleOfAnEpochIsDivided(int examples, int batchSize) throws Exception {
        int perEpoch = (examples + batchSize - 1) / batchSize;
        List<List<Integer>> alone = batches(seen(examples, batchSize, 1, 3 * perEpoch));
        if (perEpoch > 1) {
            assertThat(alone.subList(0, perEpoch))
                    .as("a new shuffle")
                    .isNotEqualTo(alone.subList(perEpoch, 2 * perEpoch));
        }
        for (int epoch = 0; epoch < 3; epoch++) {
            assertThat(alone.subList(epoch * perEpoch, (epoch + 1) * perEpoch).stream()
                            .flatMap(List::stream))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, examples).boxed().toList());
        }
        for (int workers : new int[] {2, 3, 4, 5, 6}) {
            List<List<List<Integer>>> ranks = seen(examples, batchSize, workers, 3 * perEpoch);
            assertThat(batches(ranks))
                    .as(workers + " workers take the same batches")
                    .isEqualTo(alone);
            if (12 % workers == 0) {
                assertSharesAreEven(ranks, examples, batchSize);
            }
        }
    }

    private static void assertSharesAreEven(List<List<List<Integer>>> ranks, int examples, int batchSize) {
        int inWholeRows = examples / 12 * 12;
        int perEpoch = (examples + batchSize - 1) / batchSize;
        for (int step = 0; step < ranks.get(0).size(); step++) {
            int update = step;
            List<Integer> sizes =
                    ranks.stream().map(rank -> rank.get(update).size()).toList();
            boolean reachesTheRest = step % perEpoch * batchSize + batchSize > inWholeRows;
            assertThat(Collections.max(sizes) - Collections.min(sizes))
                    .as("update " + step)
                    .isLessThanOrEqualTo(reachesTheRest ? 2 : 1);
        }
    }

    /** The global batches, each in ascending order. */
    private static List<List<Integer>> batches(List<List<List<Integer>>> ranks) {
        return IntStream.range(0, ranks.get(0).size())
                .mapToObj(step -> ranks.stream()
                        .flatMap(rank -> rank.get(step).stream())
                        .sorted()
                        .toList())
                .toList();
    }

    /** By rank and update: the examples whose gradients the rank's replica was asked for. */
    private static List<List<List<Integer>>> seen(int examples, int batchSize, int workers, int steps)
            throws Exception {
        RunPlan plan = RunPlans.sgd(Task.REGRESSION, examples, batchSize, steps, 1e-9)
                .withWorkers(workers)
                .plan();
        List<Recording> replicas =
                Stream.generate(() -> new Recording(start())).limit(workers).toList();
        List<TrainedRun> runs = RankThreads.train(plan, targets(examples, i -> i), replicas::get);
        assertThat(runs).hasSize(workers);
        return replicas.stream().map(replica -> replica.last(steps)).toList();
    }

    /** Notes the targets of the examples that it is asked for, update by update. */
    private static final class Recording extends ForwardingReplica {
        private final List<List<Integer>> updates = new ArrayList<>(List.of(new ArrayList<>()));

        Recording(Replica replica) {
            super(replica);
        }

        List<List<Integer>> last(int steps) {
            // One list for what came before the first update, if parameters were handed in then; one after the last.
            return updates.subList(updates.size() - 1 - steps, updates.size() - 1);
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            for (int row = 0; row < batch.size(); row++) {
                updates.get(updates.size() - 1).add((int) batch.targets()[row]);
            }
            return super.gradient(batch, weight, add, into);
        }

        @Override
        public void writeParameters(float[] values, int from, int to) {
            super.writeParameters(values, from, to);
            if (to == parameterCount()) {
                updates.add(new ArrayList<>());
            }
        }
    }
}
