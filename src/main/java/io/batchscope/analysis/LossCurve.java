package io.batchscope.analysis;

import io.batchscope.result.StepRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The training loss of a run with few enough points to draw, evenly spread over a logarithmic axis. */
public final class LossCurve {
    /** Whatever is earlier makes one point: of small batches it would fill half the axis with noise. */
    private static final double EARLIEST_EPOCH = 0.01;

    private LossCurve() {}

    /**
     * A point of the curve.
     *
     * @param step the last update of the group
     * @param epoch passes completed with it
     * @param examples examples seen with it
     * @param loss mean over the group's rows, as losses of single small batches are mostly noise
     */
    public record Point(long step, double epoch, long examples, double loss) {}

    /**
     * Groups a run's rows, or those of several runs of one plan but for the seed, by the logarithm of their epoch and takes the mean loss of each group. Rows whose loss is not
     * finite are left out.
     *
     * @param points the most points to return, at least 3
     */
    public static List<Point> of(List<StepRecord> ofRuns, int points) {
        List<StepRecord> rows = ofRuns.stream()
                .filter(row -> Double.isFinite(row.loss()))
                .sorted(Comparator.comparingLong(StepRecord::step))
                .toList();
        List<Point> curve = new ArrayList<>();
        if (rows.isEmpty()) {
            return curve;
        }
        double span = Math.log(Math.max(rows.get(rows.size() - 1).epoch() / EARLIEST_EPOCH, 2));
        double scale = (points - 2) / span;
        int from = 0;
        for (int to = 1; to <= rows.size(); to++) {
            if (to == rows.size() || group(rows.get(to), scale) != group(rows.get(from), scale)) {
                StepRecord last = rows.get(to - 1);
                double mean = rows.subList(from, to).stream()
                        .mapToDouble(StepRecord::loss)
                        .average()
                        .orElseThrow();
                curve.add(new Point(last.step(), last.epoch(), last.examples(), mean));
                from = to;
            }
        }
        return curve;
    }

    private static long group(StepRecord row, double scale) {
        return row.epoch() < EARLIEST_EPOCH ? -1 : (long) (Math.log(row.epoch() / EARLIEST_EPOCH) * scale);
    }
}
