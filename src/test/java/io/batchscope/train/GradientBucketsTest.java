package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.train.Replica.Range;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GradientBucketsTest {
    private static final int FULL = GradientBuckets.FULL;

    /** What is begun when each part is final, in order. */
    private static List<String> begun(List<Range> order) {
        List<String> begun = new ArrayList<>();
        GradientBuckets buckets = new GradientBuckets(order);
        for (int part = 0; part < buckets.parts(); part++) {
            int now = part;
            buckets.begin(
                    part,
                    new Collective() {
                        @Override
                        public int rank() {
                            return 0;
                        }

                        @Override
                        public int size() {
                            return 2;
                        }

                        @Override
                        public void allReduceSum(float[] values, int from, int to) {
                            begun.add(now + ": " + from + "-" + to);
                        }

                        @Override
                        public void allReduceSum(double[] values, int from, int to) {
                            throw new IllegalStateException("gradients are floats");
                        }

                        @Override
                        public void allGather(int[] values, int[] starts) {
                            throw new IllegalStateException("gradients are summed");
                        }

                        @Override
                        public long sentBytes() {
                            return 0;
                        }

                        @Override
                        public void close() {}
                    },
                    new float[0]);
        }
        return begun;
    }

    @Test
    void smallPartsAreSummedTogether() {
        List<Range> order = List.of(new Range(70, 100), new Range(40, 70), new Range(0, 40));
        assertThat(new GradientBuckets(order).count()).isEqualTo(1);
        assertThat(begun(order)).containsExactly("2: 0-100");
    }

    @Test
    void aBucketIsBegunAsSoonAsItIsFull() {
        List<Range> order = List.of(
                new Range(2 * FULL + 5, 2 * FULL + 15),
                new Range(FULL + 5, 2 * FULL + 5),
                new Range(6, FULL + 5),
                new Range(0, 6));
        assertThat(new GradientBuckets(order).count()).isEqualTo(2);
        assertThat(begun(order)).containsExactly("1: " + (FULL + 5) + "-" + (2 * FULL + 15), "3: 0-" + (FULL + 5));
    }

    @Test
    void partsThatDoNotTouchAreSummedApart() {
        List<Range> order = List.of(new Range(20, 30), new Range(0, 10), new Range(10, 12), new Range(12, 20));
        assertThat(begun(order)).containsExactly("3: 0-30");
        List<Range> gap = List.of(new Range(2 * FULL, 3 * FULL - 1), new Range(0, 10), new Range(10, 2 * FULL));
        assertThat(begun(gap)).containsExactly("1: 0-10", "1: " + 2 * FULL + "-" + (3 * FULL - 1), "2: 10-" + 2 * FULL);
    }
}
