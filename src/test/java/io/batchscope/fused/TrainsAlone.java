package io.batchscope.fused;

import io.batchscope.data.Batch;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;

/** Trains a convolutional program in a JVM that has nothing but Batchscope and the native presets. */
final class TrainsAlone {
    private TrainsAlone() {}

    /** Says what it found; exit code 1 if the loss did not fall. */
    public static void main(String[] arguments) {
        for (String name : new String[] {"org.nd4j.linalg.factory.Nd4j", "org.apache.spark.SparkContext"}) {
            if (TrainsAlone.class.getClassLoader().getResource(name.replace('.', '/') + ".class") != null) {
                throw new IllegalStateException(name + " is on the class path");
            }
        }
        System.out.println("no ND4J, no Spark; " + FusedBackend.describe());
        Program program = SamplePrograms.residual();
        float[] parameters = SamplePrograms.start(program, true);
        try (Replica replica = new FusedReplica(program, parameters)) {
            Batch batch = SamplePrograms.batch(0, 12, 72);
            float[] gradient = new float[parameters.length];
            double first = replica.gradient(batch, 1f / 12, false, gradient);
            double last = first;
            for (int step = 0; step < 400; step++) {
                for (int i = 0; i < parameters.length; i++) {
                    parameters[i] -= 0.05f * gradient[i];
                }
                replica.writeParameters(parameters);
                last = replica.gradient(batch, 1f / 12, false, gradient);
            }
            System.out.println(last < first / 2 ? "loss fell" : "loss went from " + first + " to " + last);
            System.exit(last < first / 2 ? 0 : 1);
        }
    }
}
