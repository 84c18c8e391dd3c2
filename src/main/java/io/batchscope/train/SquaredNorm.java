package io.batchscope.train;

/**
 * Sums of squares of floats in double precision. Eight sums run side by side, as one would wait for each of its additions;
 * which element goes to which sum depends on its place alone, so the bits are the same wherever it is computed.
 */
final class SquaredNorm {
    private static final int SIDE_BY_SIDE = 8;

    private SquaredNorm() {}

    /** Σ values[i]² for i = from … to − 1. */
    static double of(float[] values, int from, int to) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        double sum4 = 0;
        double sum5 = 0;
        double sum6 = 0;
        double sum7 = 0;
        int i = from;
        for (; i <= to - SIDE_BY_SIDE; i += SIDE_BY_SIDE) {
            sum0 += (double) values[i] * values[i];
            sum1 += (double) values[i + 1] * values[i + 1];
            sum2 += (double) values[i + 2] * values[i + 2];
            sum3 += (double) values[i + 3] * values[i + 3];
            sum4 += (double) values[i + 4] * values[i + 4];
            sum5 += (double) values[i + 5] * values[i + 5];
            sum6 += (double) values[i + 6] * values[i + 6];
            sum7 += (double) values[i + 7] * values[i + 7];
        }
        double rest = 0;
        for (; i < to; i++) {
            rest += (double) values[i] * values[i];
        }
        return (sum0 + sum1) + (sum2 + sum3) + ((sum4 + sum5) + (sum6 + sum7)) + rest;
    }

    /** Σ (values[i] − others[i − from + at])² for i = from … to − 1. */
    static double ofDifference(float[] values, int from, int to, float[] others, int at) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = from;
        int j = at;
        for (; i <= to - SIDE_BY_SIDE / 2; i += SIDE_BY_SIDE / 2, j += SIDE_BY_SIDE / 2) {
            double difference0 = (double) values[i] - others[j];
            double difference1 = (double) values[i + 1] - others[j + 1];
            double difference2 = (double) values[i + 2] - others[j + 2];
            double difference3 = (double) values[i + 3] - others[j + 3];
            sum0 += difference0 * difference0;
            sum1 += difference1 * difference1;
            sum2 += difference2 * difference2;
            sum3 += difference3 * difference3;
        }
        double rest = 0;
        for (; i < to; i++, j++) {
            double difference = (double) values[i] - others[j];
            rest += difference * difference;
        }
        return (sum0 + sum1) + (sum2 + sum3) + rest;
    }
}
