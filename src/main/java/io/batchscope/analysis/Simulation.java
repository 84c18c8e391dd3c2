package io.batchscope.analysis;

import io.batchscope.law.Cluster;
import io.batchscope.law.Drawings;
import io.batchscope.law.Link;
import io.batchscope.law.TradeOff;
import io.batchscope.law.UpdateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Training on numbers of workers that a study did not have. Intervals are those of the fitted laws; the link is taken for known.
 *
 * @param link that it reckons with
 * @param rows ascending in workers
 */
public record Simulation(MeasuredCluster measured, Link link, List<SimulatedWorkers> rows) {
    public Simulation {
        rows = List.copyOf(rows);
    }

    /** Both laws. */
    private record Laws(TradeOff goal, Cluster cluster) {
        double seconds(int workers, double batchSize) {
            return cluster.toGoal(goal, workers).seconds(batchSize);
        }
    }

    /**
     * Simulates.
     *
     * @param workers different numbers, ascending, 1 … training examples
     */
    public static Simulation of(MeasuredCluster measured, Link link, List<Integer> workers) {
        List<SimulatedWorkers> rows = new ArrayList<>();
        SimulatedWorkers fewer = null;
        for (int number : workers) {
            SimulatedWorkers row = row(measured, link, number, fewer);
            rows.add(row);
            fewer = row;
        }
        return new Simulation(measured, link, rows);
    }

    private static SimulatedWorkers row(
            MeasuredCluster measured, Link link, int workers, @Nullable SimulatedWorkers fewer) {
        Cluster cluster = cluster(measured, link, measured.local());
        Drawings<Cluster> drawn = measured.drawn().map(local -> cluster(measured, link, local));
        GoalLaw goal = measured.goal();
        long batchSize = goal == null
                ? evenBatchSize(measured, workers)
                : cluster.bestBatchSize(goal.law(), workers, measured.trainExamples());
        double perWorker = (double) batchSize / workers;
        ToDoubleFunction<Cluster> update = each -> each.update(workers).seconds(perWorker);
        return new SimulatedWorkers(
                workers,
                batchSize,
                cluster.update(workers),
                Predicted.of(cluster, drawn, update),
                cluster.sumSeconds(workers),
                Predicted.of(cluster, drawn, each -> each.scalingEfficiency(workers, perWorker)),
                Predicted.of(
                        cluster,
                        drawn,
                        each -> Math.ceil((double) measured.trainExamples() / batchSize) * update.applyAsDouble(each)),
                goal == null ? null : toTarget(measured, cluster, drawn, goal, workers, batchSize, fewer));
    }

    private static Cluster cluster(MeasuredCluster measured, Link link, UpdateTime local) {
        return new Cluster(local, link, measured.gradientBytes());
    }

    /** So many examples a worker that half of the time of a worker alone goes into them; if that is not known the fewest tried. */
    private static long evenBatchSize(MeasuredCluster measured, int workers) {
        double half = measured.local().halfUtilisation();
        double perWorker = GoalLaw.isKnown(half) ? half : measured.smallestPerWorker();
        return Math.max(workers, Math.min(measured.trainExamples(), workers * Math.max(1, Math.round(perWorker))));
    }

    private static SimulatedWorkers.ToTarget toTarget(
            MeasuredCluster measured,
            Cluster cluster,
            Drawings<Cluster> drawnClusters,
            GoalLaw goal,
            int workers,
            long batchSize,
            @Nullable SimulatedWorkers fewer) {
        Laws laws = new Laws(goal.law(), cluster);
        Drawings<Laws> drawn = goal.drawn().with(drawnClusters).map(pair -> new Laws(pair.first(), pair.second()));
        long alone = cluster.bestBatchSize(goal.law(), 1, measured.trainExamples());
        Predicted seconds = Predicted.of(laws, drawn, each -> each.seconds(workers, batchSize));
        return new SimulatedWorkers.ToTarget(
                Predicted.of(laws, drawn, each -> each.cluster()
                        .bestBatchSize(each.goal(), workers, measured.trainExamples())),
                seconds,
                Predicted.of(laws, drawn, each -> each.goal().statisticalEfficiency(batchSize)),
                Predicted.of(laws, drawn, each -> each.seconds(1, alone) / each.seconds(workers, batchSize)),
                fewer == null || fewer.toTarget() == null
                        ? null
                        : (Double) Cluster.marginalEfficiency(
                                fewer.workers(), fewer.toTarget().seconds().value(), workers, seconds.value()));
    }
}
