package io.batchscope.probe;

import io.batchscope.data.Examples;
import io.batchscope.train.Probe.Trained;

/** Shows what a classifier puts out for a rank's own examples, one after the other. */
final class ClassProbabilities {
    private ClassProbabilities() {}

    /** Sees one example. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Takes the example's probabilities, {@code from[start … start + classes − 1]}.
         *
         * @param index of the example
         * @param largest the class with the largest one, the first of equals
         */
        void see(int index, int largest, float[] from, int start);
    }

    static void visit(Trained trained, Examples examples, int classes, Visitor visitor) {
        int atOnce = Math.min(trained.plan().microBatch(), examples.size());
        float[] outputs = new float[Math.multiplyExact(atOnce, classes)];
        trained.evaluator().forEachBatch(examples, (batch, first) -> {
            trained.replica().outputs(batch, outputs);
            for (int row = 0; row < batch.size(); row++) {
                int start = row * classes;
                visitor.see(first + row, largest(outputs, start, classes), outputs, start);
            }
        });
    }

    private static int largest(float[] values, int start, int count) {
        int largest = 0;
        for (int i = 1; i < count; i++) {
            if (values[start + i] > values[start + largest]) {
                largest = i;
            }
        }
        return largest;
    }
}
