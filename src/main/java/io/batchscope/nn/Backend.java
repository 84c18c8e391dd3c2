package io.batchscope.nn;

import java.util.Locale;
import java.util.Properties;
import org.nd4j.common.config.ND4JSystemProperties;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/** What computes the gradients in this JVM. */
public final class Backend {
    private static final String[] LEVELS = {"baseline", "AVX", "AVX2", "AVX-512"};

    private Backend() {}

    /** One line, such as {@code deeplearning4j nd4j-native, OPENBLAS, AVX2, 1 thread}. */
    public static String describe() {
        // ND4J greets on standard output otherwise.
        System.setProperty(ND4JSystemProperties.LOG_INITIALIZATION, "false");
        int threads = NativeThreads.limit();
        Properties properties = Nd4j.getExecutioner().getEnvironmentInformation();
        return String.format(
                Locale.ROOT,
                "deeplearning4j %s, %s, %s, %d thread%s",
                Nd4j.getBackend().getClass().getSimpleName(),
                properties.get("blas.vendor"),
                instructionSet(),
                threads,
                threads == 1 ? "" : "s");
    }

    /** Makes Deeplearning4j's own training in this JVM use as many math threads a worker as replicas do. */
    public static void limitThreads() {
        NativeThreads.limit();
    }

    /** The instructions the native library was built for. */
    public static String instructionSet() {
        return LEVELS[Math.floorMod(natives().binaryLevel(), LEVELS.length)];
    }

    /** Whether a native library for newer instructions would suit this processor better. */
    public static boolean isOptimal() {
        return natives().isOptimalRequirementsMet();
    }

    /** The {@code nd4j-native} classifier to build with for this processor: the newest instructions it has, with oneDNN. */
    public static String suitableClassifier() {
        return switch (Math.floorMod(natives().optimalLevel(), LEVELS.length)) {
            case 3 -> "linux-x86_64-onednn-avx512";
            case 2 -> "linux-x86_64-onednn-avx2";
            default -> "linux-x86_64-onednn";
        };
    }

    private static NativeOps natives() {
        return NativeOpsHolder.getInstance().getDeviceNativeOps();
    }
}
