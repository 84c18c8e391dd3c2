package io.batchscope.spark;

import io.batchscope.data.EpochOrder;
import io.batchscope.data.Examples;
import io.batchscope.data.LabelNoise;
import io.batchscope.data.Manifest;
import io.batchscope.data.RelabelledExamples;
import io.batchscope.data.Split;
import io.batchscope.plan.RunPlan;

/**
 * The examples that a run's ranks hold, as it trains and measures with them: with label noise some training examples have a
 * wrong class. What all runs share, and so is kept in {@link ShardCache}, is clean.
 */
public record RankExamples(RunPlan plan, DataLocation data, ShardReader reader) {
    /**
     * Those of one rank.
     *
     * @throws io.batchscope.data.DataException if a file is missing or damaged
     */
    public Examples of(Split split, int rank) {
        Manifest manifest = data.manifest();
        if (split != Split.TRAIN) {
            return read(split, manifest.examples(split), plan.workers(), rank);
        }
        Examples clean = read(split, plan.trainExamples(), plan.lanes(), rank);
        if (plan.labelNoise() == 0) {
            return clean;
        }
        int lanes = (int) Math.min(plan.lanes(), plan.trainExamples());
        return new RelabelledExamples(
                clean,
                new LabelNoise(plan.labelNoise(), manifest.classes().size(), manifest.seed()),
                new EpochOrder(plan.trainExamples(), lanes, plan.seed()),
                rank,
                plan.workers());
    }

    private Examples read(Split split, long limit, int lanes, int rank) {
        return ShardCache.shared().examples(reader, data, split, limit, lanes, rank, plan.workers());
    }
}
