package io.batchscope.train;

import io.batchscope.data.Batch;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.ForwardingReplica;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The runs of {@link SynchronizationContractTest}, and replicas that tell what happens in them. */
final class ContractRuns {
    private ContractRuns() {}

    static final int EXAMPLES = 103;
    static final int STEPS = 26;
    static final int FEATURES = 3;

    /** And the held one. */
    static final int PARAMETERS = FEATURES + 1;

    static final ArrayExamples TRAIN = ArrayExamples.linear(EXAMPLES, FEATURES, 1);
    static final ArrayExamples VALIDATION = ArrayExamples.linear(31, FEATURES, 2);

    static final OptimizerConfig SGD = optimizer(OptimizerConfig.Name.SGD, 0);
    static final OptimizerConfig NESTEROV = optimizer(OptimizerConfig.Name.NESTEROV, 0.9);

    static final OptimizerConfig LARS =
            new OptimizerConfig(OptimizerConfig.Name.LARS, 0.9, 1e-3, 0, 0, 0, 1, true, Double.POSITIVE_INFINITY);

    /** And no gradient longer than 1. */
    static final OptimizerConfig LAMB =
            new OptimizerConfig(OptimizerConfig.Name.LAMB, 0, 1e-3, 0.9, 0.999, 1e-8, 0, true, 1);

    /** One with an ordinary momentum, and those that take norms. */
    static final List<OptimizerConfig> RULES = List.of(NESTEROV, LARS, LAMB);

    private static OptimizerConfig optimizer(OptimizerConfig.Name name, double momentum) {
        return new OptimizerConfig(name, momentum, 1e-3, 0.9, 0.999, 1e-8);
    }

    /** The usual run. */
    static RunPlans plans(OptimizerConfig optimizer, int workers) {
        return plans(17, STEPS, 0.02).withOptimizer(optimizer).withWorkers(workers);
    }

    /** Another one, of plain descent. */
    static RunPlans plans(long batchSize, long steps, double rate) {
        return RunPlans.sgd(Task.REGRESSION, EXAMPLES, batchSize, steps, rate);
    }

    /** Every update changes its held parameter, so no two updates leave the same parameters. */
    static Replica linear() {
        return new LinearReplica(FEATURES, 0.25f);
    }

    static List<TrainedRun> train(RunPlan plan) throws Exception {
        return RankThreads.train(plan, TRAIN, VALIDATION, rank -> linear());
    }

    static List<TrainedRun> train(RunPlan plan, List<? extends Replica> replicas) throws Exception {
        return RankThreads.train(plan, TRAIN, VALIDATION, replicas::get);
    }

    /** One of these for each rank. */
    static List<Watching> watching(int ranks) {
        return Stream.generate(Watching::new).limit(ranks).toList();
    }

    /** Keeps what it is given. */
    static final class Watching extends ForwardingReplica {
        /** Of all its examples in training, in order, the features. */
        final List<List<Float>> trained = new ArrayList<>();

        /** The parameters with which it was evaluated, without repetitions. */
        final List<List<Float>> evaluated = new ArrayList<>();

        Watching() {
            super(linear());
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            for (int row = 0; row < batch.size(); row++) {
                trained.add(floats(Arrays.copyOfRange(batch.features(), row * FEATURES, (row + 1) * FEATURES)));
            }
            return super.gradient(batch, weight, add, into);
        }

        @Override
        public Score score(Batch batch) {
            float[] parameters = new float[PARAMETERS];
            readParameters(parameters);
            List<Float> seen = floats(parameters);
            if (evaluated.isEmpty() || !evaluated.get(evaluated.size() - 1).equals(seen)) {
                evaluated.add(seen);
            }
            return super.score(batch);
        }
    }

    /** Its gradient is 1 for every parameter and example: descent by the sum of the rates. */
    static final class Slope extends ForwardingReplica {
        Slope() {
            super(linear());
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            for (int i = 0; i < PARAMETERS; i++) {
                into[i] = (add ? into[i] : 0) + weight * batch.size();
            }
            return batch.size();
        }
    }

    static List<Float> floats(float[] values) {
        List<Float> list = new ArrayList<>();
        for (float value : values) {
            list.add(value);
        }
        return list;
    }

    /** All rows, without the times in them. */
    static List<Record> rows(TrainedRun run) {
        List<Record> rows = new ArrayList<>();
        for (StepRecord row : run.stepRows()) {
            rows.add(new StepRecord(
                    row.study(),
                    row.runId(),
                    row.batchSize(),
                    row.seed(),
                    row.step(),
                    row.epoch(),
                    row.examples(),
                    row.updateExamples(),
                    row.learningRate(),
                    row.gain(),
                    row.loss(),
                    row.gradientNorm(),
                    row.gradientNormSqSmall(),
                    row.gradientNormSqBig(),
                    row.noiseScale(),
                    row.bytesSent(),
                    row.sparsity(),
                    row.threshold(),
                    row.replicaDivergence(),
                    0,
                    0,
                    0,
                    null,
                    StepMeasures.NONE));
        }
        for (EvalRecord row : run.evalRows()) {
            rows.add(new EvalRecord(
                    row.study(),
                    row.runId(),
                    row.batchSize(),
                    row.seed(),
                    row.step(),
                    row.epoch(),
                    row.examples(),
                    0,
                    row.split(),
                    row.loss(),
                    row.accuracy()));
        }
        return rows;
    }
}
