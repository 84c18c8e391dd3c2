package io.batchscope.spark.dl4j;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization.Dl4jGradientSharing;
import io.batchscope.plan.Synchronization.Threshold;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.spark.api.java.JavaRDDLike;
import org.deeplearning4j.optimize.solvers.accumulation.encoding.ResidualPostProcessor;
import org.deeplearning4j.optimize.solvers.accumulation.encoding.ThresholdAlgorithm;
import org.deeplearning4j.optimize.solvers.accumulation.encoding.residual.ResidualClippingPostProcessor;
import org.deeplearning4j.optimize.solvers.accumulation.encoding.threshold.AdaptiveThresholdAlgorithm;
import org.deeplearning4j.optimize.solvers.accumulation.encoding.threshold.FixedThresholdAlgorithm;
import org.deeplearning4j.optimize.solvers.accumulation.encoding.threshold.TargetSparsityThresholdAlgorithm;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.parameterserver.training.SharedTrainingMaster;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.parameterserver.distributed.conf.VoidConfiguration;
import org.nd4j.parameterserver.distributed.enums.ExecutionMode;

/** Deeplearning4j's master, set up from a plan, which takes the data as they come. */
final class SharingMaster extends SharedTrainingMaster {
    private static final long serialVersionUID = 1L;
    private static final long GLANCE_MILLIS = 200;
    private static final int MOST_GLANCES = 50;

    /** @param driverHost by which executors reach the driver */
    SharingMaster(RunPlan plan, Dl4jGradientSharing sharing, String driverHost, int workersPerNode) {
        super(
                configuration(driverHost),
                plan.workers(),
                RDDTrainingApproach.Direct,
                null,
                false,
                null,
                Repartition.Never,
                threshold(sharing.threshold()),
                clipping(sharing),
                Math.toIntExact(plan.layout().perWorker()),
                Math.toIntExact(plan.layout().perWorker()),
                0,
                workersPerNode,
                2,
                null,
                true,
                5000,
                false);
    }

    private static VoidConfiguration configuration(String driverHost) {
        String address;
        try {
            address = InetAddress.getByName(driverHost).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "address of the driver (spark.driver.host): must be known here, but " + driverHost
                            + " is not; set it to the driver's own",
                    e);
        }
        return VoidConfiguration.builder()
                .executionMode(ExecutionMode.MANAGED)
                .controllerAddress(address)
                // Without it Deeplearning4j's workers call themselves 127.0.0.1, which none but their own machine
                // reaches.
                .networkMask(network(address))
                .portSupplier(new FreePort())
                .build();
    }

    /** The network that an IPv4 address is taken to be in: what its first two numbers say. */
    private static String network(String address) {
        int second = address.indexOf('.', address.indexOf('.') + 1);
        return second < 0 ? address : address.substring(0, second) + ".0.0/16";
    }

    private static ThresholdAlgorithm threshold(Threshold threshold) {
        if (threshold.initial() <= 0) {
            throw new IllegalArgumentException("threshold (sync.gradient-sharing): must be above 0 in mode"
                    + " dl4j-gradient-sharing, but is " + threshold.initial());
        }
        // What Deeplearning4j calls sparsity is the share that is sent.
        if (threshold instanceof Threshold.Adaptive adaptive) {
            return new AdaptiveThresholdAlgorithm(
                    adaptive.initial(),
                    1 - adaptive.mostSparsity(),
                    1 - adaptive.leastSparsity(),
                    1 / adaptive.factor());
        }
        if (threshold instanceof Threshold.TargetSparsity target) {
            return new TargetSparsityThresholdAlgorithm(target.initial(), 1 - target.sparsity(), 1 / target.factor());
        }
        return new FixedThresholdAlgorithm(threshold.initial());
    }

    private static @Nullable ResidualPostProcessor clipping(Dl4jGradientSharing sharing) {
        return Double.isInfinite(sharing.residualClip())
                ? null
                : new ResidualClippingPostProcessor(sharing.residualClip(), Math.toIntExact(sharing.clipEverySteps()));
    }

    /** Before the first of a session it does not wait 3 s for the end of the one before, which has been shut down. */
    static void forgetLast() {
        LAST_TRAINING_INSTANCE.set(-1);
    }

    /**
     * Takes in what executors have sent and the network has not yet brought: the master goes on when their tasks have ended,
     * with the parameters that it has by then.
     *
     * @param parameters that its updates go to
     */
    void settle(INDArray parameters) throws InterruptedException {
        INDArray before;
        int glances = 0;
        do {
            before = parameters.dup();
            Thread.sleep(GLANCE_MILLIS);
            updatesConsumer.flush();
            glances++;
        } while (glances < MOST_GLANCES && !parameters.equalsWithEps(before, 0));
    }

    /** It would be counted for its statistics, which takes another pass. */
    @Override
    protected <T, R extends JavaRDDLike<T, R>> long getTotalDataSetObjectCount(JavaRDDLike<T, R> trainingData) {
        return 0;
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
