package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.TrainedParameters;
import java.util.Collections;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A network of one weight w, with the loss (w − t)² for an example with target t; it begins at 3. */
final class OneWeight {
    static final float START = 3;

    private OneWeight() {}

    /** Examples whose input is 1, with these targets. */
    static ArrayExamples targets(int examples, IntToDoubleFunction target) {
        return new ArrayExamples(
                Collections.nCopies(examples, new float[] {1}),
                IntStream.range(0, examples)
                        .mapToObj(i -> (float) target.applyAsDouble(i))
                        .toList());
    }

    /** A replica with the first weight. */
    static Replica start() {
        LinearReplica replica = new LinearReplica(1, 0);
        replica.writeParameters(new float[] {START, 0});
        return replica;
    }

    /** The weight after a run. */
    static float weight(RunPlan plan, ArrayExamples examples, UnaryOperator<Replica> change) throws Exception {
        return TrainedParameters.of(
                RankThreads.train(plan, examples, rank -> change.apply(start())).get(0))[0];
    }
}
