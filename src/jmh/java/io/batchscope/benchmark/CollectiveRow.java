package io.batchscope.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Times of one length.
 *
 * @param length floats of the vector
 * @param milliseconds of one sum or exchange, by round; all ways have as many
 */
record CollectiveRow(int length, Map<CollectiveWay, List<Double>> milliseconds) {
    private static final String NONE = "–";

    static String head(List<CollectiveWay> ways) {
        StringBuilder head = new StringBuilder("| floats |");
        ways.forEach(way -> head.append(" ").append(way.title()).append(", ms (min–max) |"));
        head.append(" exchange, GB/s each way | ring, % of the exchange's rate (min–max) |"
                + " encrypted, % of the exchange's rate (min–max) |");
        return head + "\n|" + "---:|".repeat(ways.size() + 4);
    }

    /** @param bytes that a rank sends for one sum of this length */
    String line(List<CollectiveWay> ways, double bytes) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "| %,d |", length));
        ways.forEach(way -> line.append(" ").append(times(way).text()).append(" |"));
        String rate = ways.contains(CollectiveWay.EXCHANGE)
                ? Spread.digits(bytes / times(CollectiveWay.EXCHANGE).median() / 1e6)
                : NONE;
        return line + " " + rate + " | " + share(CollectiveWay.RING) + " | " + share(CollectiveWay.ENCRYPTED) + " |";
    }

    private Spread times(CollectiveWay way) {
        return Spread.of(array(way));
    }

    private String share(CollectiveWay way) {
        if (!milliseconds.containsKey(way) || !milliseconds.containsKey(CollectiveWay.EXCHANGE)) {
            return NONE;
        }
        Spread ratio = Spread.ofRatios(array(CollectiveWay.EXCHANGE), array(way));
        return String.format(
                Locale.ROOT, "%.0f (%.0f–%.0f)", 100 * ratio.median(), 100 * ratio.least(), 100 * ratio.most());
    }

    private double[] array(CollectiveWay way) {
        return milliseconds.getOrDefault(way, List.of()).stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
    }
}
