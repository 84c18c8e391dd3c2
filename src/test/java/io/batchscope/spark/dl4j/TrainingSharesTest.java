package io.batchscope.spark.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.data.Batch;
import io.batchscope.data.EpochOrder;
import io.batchscope.data.PackedExamples;
import io.batchscope.data.Split;
import io.batchscope.nn.Model;
import io.batchscope.plan.RunPlan;
import io.batchscope.spark.DataLocation;
import io.batchscope.spark.ShardReader;
import io.batchscope.spark.dl4j.UpdateShare.Place;
import io.batchscope.testing.LocalSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.datasets.iterator.IteratorDataSetIterator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.dataset.DataSet;

/** What Deeplearning4j's workers are given is what the plan says, example by example. */
class TrainingSharesTest {
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

    /** Features of the examples of each update, in the order of one worker. */
    private static List<List<String>> planned(RunPlan plan) {
        PackedExamples all =
                ShardReader.of(spark.session()).read(data, Split.TRAIN, plan.trainExamples(), plan.lanes(), 0, 1);
        EpochOrder order = new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
        List<List<String>> updates = new ArrayList<>();
        for (long update = 0; update < plan.plannedSteps(); update++) {
            int[] share = new int[all.size()];
            int size = order.epoch(plan.geometry().epochOf(update), 0, 1)
                    .share(plan.geometry().startOf(update), plan.geometry().sizeOf(update), share);
            Batch batch = new Batch(size, all.featureCount());
            batch.fill(all, share, 0, size);
            updates.add(rows(MODEL.dataSets().of(batch)));
        }
        return updates;
    }

    private static List<String> rows(DataSet dataSet) {
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < dataSet.getFeatures().size(0); row++) {
            rows.add(Arrays.toString(dataSet.getFeatures().getRow(row).toFloatVector())
                    + Arrays.toString(dataSet.getLabels().getRow(row).toFloatVector()));
        }
        return rows;
    }

    /** Shares that differ, a last batch with fewer examples than workers, workers without a share; several epochs. */
    @ParameterizedTest
    @CsvSource({"32, 2, 25", "33, 2, 25", "53, 3, 20", "159, 3, 7", "2, 3, 200"})
    void everyWorkerGetsItsSharesOfThePlannedBatchesAsOneDataSetEach(long batchSize, int workers, long steps) {
        RunPlan plan = Dl4jPlans.plans(batchSize, steps).withWorkers(workers).plan();
        Map<Long, List<String>> got = new TreeMap<>();
        for (int rank = 0; rank < workers; rank++) {
            TrainingShares shares = Dl4jPlans.shares(spark.session(), plan, data, MODEL, workers, 0, steps);
            // As the workers do it.
            var batches = new IteratorDataSetIterator(
                    shares.call(rank), Math.toIntExact(plan.layout().perWorker()));
            while (batches.hasNext()) {
                DataSet share = batches.next();
                Place place = Place.of(share.getExampleMetaData());
                assertThat(place.rank()).isEqualTo(rank);
                List<String> rows = rows(share);
                List<String> update = planned.computeIfAbsent(plan, TrainingSharesTest::planned)
                        .get(Math.toIntExact(place.update()));
                assertThat(update.stream().filter(rows::contains).toList()).isEqualTo(rows);
                got.computeIfAbsent(place.update(), none -> new ArrayList<>()).addAll(rows);
            }
        }
        List<List<String>> wanted = planned(plan);
        assertThat(got).hasSize(wanted.size());
        got.forEach((update, rows) ->
                assertThat(rows).containsExactlyInAnyOrderElementsOf(wanted.get(Math.toIntExact(update))));
    }

    private final Map<RunPlan, List<List<String>>> planned = new java.util.HashMap<>();

    @Test
    void onePartHasAllWorkersInTurn() {
        RunPlan plan = Dl4jPlans.plans(32, 25).plan();
        var all = Dl4jPlans.shares(spark.session(), plan, data, MODEL, 1, 5, 8).call(0);
        List<Place> places = new ArrayList<>();
        all.forEachRemaining(share -> places.add(Place.of(share.getExampleMetaData())));
        assertThat(places)
                .containsExactly(
                        new Place(5, 0),
                        new Place(5, 1),
                        new Place(6, 0),
                        new Place(6, 1),
                        new Place(7, 0),
                        new Place(7, 1));
    }
}
