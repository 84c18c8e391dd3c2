package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.EpochOrder;
import io.batchscope.data.OwnedExamples;
import io.batchscope.law.Link;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.ProbeRecord;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What sums say of the link between workers. */
class LinkTest {
    @Test
    void givesBackTheLinkThatSumsWereMadeWith() {
        Link link = new Link(5e-5, 1.25e9);
        for (int workers : new int[] {2, 3, 8, 64}) {
            Link solved = Link.of(
                            workers,
                            new Link.Sum(4L * workers, link.seconds(workers, 4L * workers)),
                            new Link.Sum(1 << 20, link.seconds(workers, 1 << 20)))
                    .orElseThrow();
            assertThat(solved.latencySeconds()).isCloseTo(5e-5, within(1e-15));
            assertThat(solved.bandwidthBytesPerSecond()).isCloseTo(1.25e9, within(1.0));
        }
    }

    /** 25.6 million floats at 10 Gb/s: 2·7/8·102.4 MB / 1.25 GB/s = 0.14336 s on 8 workers, 0.16128 s on 64. */
    @Test
    void aSumTakesTheTimeOfItsBytesAndHops() {
        Link free = new Link(0, 1.25e9);
        assertThat(free.seconds(8, 102_400_000)).isCloseTo(0.14336, within(1e-12));
        assertThat(free.seconds(64, 102_400_000)).isCloseTo(0.16128, within(1e-12));
        assertThat(new Link(1e-3, 1.25e9).seconds(8, 102_400_000)).isCloseTo(0.15736, within(1e-12));
        assertThat(free.seconds(1, 102_400_000)).isZero();
    }

    @Test
    void saysNothingThatSumsDoNotShow() {
        assertThat(Link.of(2, new Link.Sum(8, 0.5), new Link.Sum(1000, 0.5))).isEmpty();
        // As if bytes alone took longer than the small sum.
        assertThat(Link.of(2, new Link.Sum(500, 0.25), new Link.Sum(1000, 1)))
                .hasValueSatisfying(link -> assertThat(link.latencySeconds()).isZero());
        assertThatThrownBy(() -> Link.of(1, new Link.Sum(8, 0.5), new Link.Sum(1000, 1)))
                .hasMessage(
                        "a link lies between 2 workers at least and shows in sums of two sizes, but here are 1 workers"
                                + " and sums of 8 and 1000 bytes");
    }

    @Test
    void rowsSayWhatWasMeasuredAndAreReadBack() {
        RunPlan plan =
                RunPlans.sgd(Task.REGRESSION, 20, 5, 8, 0.05).withWorkers(2).plan();
        List<ProbeRecord> rows = new LinkMeasurement(2, new Link.Sum(8, 0.25), new Link.Sum(1008, 0.5)).rows(plan);
        String settings = "{\"workers\":2,\"payload_bytes\":[8,1008],\"seconds\":[0.2500,0.5000]}";
        // 1000 bytes take a quarter of a second on each of their two ways, half of them at a time.
        assertThat(rows)
                .containsExactly(
                        new ProbeRecord(
                                "test", plan.runId(), 5, 7, 0, "link", "latency_seconds", 0.124, null, settings),
                        new ProbeRecord(
                                "test",
                                plan.runId(),
                                5,
                                7,
                                0,
                                "link",
                                "bandwidth_bytes_per_second",
                                4000,
                                null,
                                settings));
        assertThat(LinkMeasurement.link(rows)).contains(new Link(0.124, 4000));
        assertThat(LinkMeasurement.link(List.of())).isEmpty();
        assertThat(new LinkMeasurement(2, new Link.Sum(8, 0.5), new Link.Sum(1008, 0.5)).rows(plan))
                .isEmpty();
    }

    /** Counts operations; ranks see the same ones, however the scheduler treats each. */
    @Test
    void allRanksDoTheSameOperations() throws Exception {
        List<Integer> operations = RankThreads.run(3, collective -> {
            AtomicInteger count = new AtomicInteger();
            LinkMeasurement measured = LinkMeasurement.of(new Counting(collective, count));
            assertThat(measured.workers()).isEqualTo(3);
            assertThat(measured.small().bytes()).isEqualTo(12);
            assertThat(measured.large().bytes()).isEqualTo(1 << 20);
            assertThat(measured.small().seconds()).isPositive();
            return count.get();
        });
        assertThat(operations).hasSize(3).containsOnly(operations.get(0));
    }

    @Test
    void trainingStaysTheSameToTheBit() throws Exception {
        RunPlan plan =
                RunPlans.sgd(Task.REGRESSION, 20, 5, 8, 0.05).withWorkers(2).plan();
        TrainedRun without = trained(plan, false);
        TrainedRun with = trained(plan, true);
        assertThat(Arrays.equals(parameters(with), parameters(without))).isTrue();
        assertThat(with.bytesSent()).isEqualTo(without.bytesSent());
        assertThat(with.stepRows())
                .extracting(row -> List.of(row.loss(), row.bytesSent()))
                .isEqualTo(without.stepRows().stream()
                        .map(row -> List.of(row.loss(), row.bytesSent()))
                        .toList());
    }

    private static float[] parameters(TrainedRun run) {
        Parameters parameters = run.parameters();
        assertThat(parameters).isNotNull();
        return parameters == null ? new float[0] : parameters.values();
    }

    private static TrainedRun trained(RunPlan plan, boolean measure) throws Exception {
        ArrayExamples examples = ArrayExamples.linear(20, 3, 1);
        return RankThreads.run(plan.workers(), collective -> {
                    List<ProbeRecord> rows =
                            measure ? LinkMeasurement.of(collective).rows(plan) : List.of();
                    RankData data = new RankData(
                            OwnedExamples.of(
                                    examples,
                                    new EpochOrder(examples.size(), plan.lanes(), plan.seed()),
                                    collective.rank(),
                                    plan.workers()),
                            ArrayExamples.NONE,
                            ArrayExamples.NONE);
                    try (Replica replica = new LinearReplica(3, 0)) {
                        return new StepLoop(plan, data, replica, collective, List.of(), TrainingListener.NONE)
                                .run()
                                .withProbeRows(rows);
                    }
                })
                .get(0);
    }

    /** Counts sums. */
    private record Counting(Collective inner, AtomicInteger count) implements Collective {
        @Override
        public int rank() {
            return inner.rank();
        }

        @Override
        public int size() {
            return inner.size();
        }

        @Override
        public void allReduceSum(float[] values, int from, int to) {
            count.incrementAndGet();
            inner.allReduceSum(values, from, to);
        }

        @Override
        public void allReduceSum(double[] values, int from, int to) {
            count.incrementAndGet();
            inner.allReduceSum(values, from, to);
        }

        @Override
        public void allGather(int[] values, int[] starts) {
            inner.allGather(values, starts);
        }

        @Override
        public long sentBytes() {
            return inner.sentBytes();
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
