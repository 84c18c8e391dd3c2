package io.batchscope.nn;

import java.util.Locale;
import java.util.Properties;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.config.ND4JSystemProperties;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/** What computes the gradients in this JVM. */
public final class Backend {
    private static final String[] LEVELS = {"baseline", "AVX", "AVX2", "AVX-512"};

    private static final @Nullable String PROBLEM = problem(ServiceLoader.load(Nd4jBackend.class));

    private Backend() {}

    /** Why ND4J cannot compute in this JVM, such as a library that is missing; null if it can. */
    public static @Nullable String problem() {
        return PROBLEM;
    }

    /** The backends are asked themselves: ND4J only says that it has none, and prints the cause. */
    static @Nullable String problem(Iterable<Nd4jBackend> backends) {
        String name = "ND4J";
        try {
            for (Nd4jBackend backend : backends) {
                name = backend.getClass().getSimpleName();
                if (!backend.canRun()) {
                    return problem(name, "it says that it cannot run here");
                }
            }
            // ND4J greets on standard output otherwise.
            System.setProperty(ND4JSystemProperties.LOG_INITIALIZATION, "false");
            Nd4j.getBackend();
            natives();
            return null;
        } catch (LinkageError | RuntimeException e) {
            return problem(name, String.valueOf(root(e).getMessage()));
        }
    }

    private static String problem(String name, String why) {
        String wayOut = name.startsWith("JCublas")
                ? "install CUDA 11.6 with cuBLAS, cuSOLVER and the NVIDIA driver, or build without the profile nd4j-cuda"
                : "build with the -Dnd4j.classifier of this platform";
        return "ND4J's backend (" + name + "): must load, but " + why + "; " + wayOut;
    }

    private static Throwable root(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return cause == null ? thrown : root(cause);
    }

    /** One line, such as {@code deeplearning4j nd4j-native, OPENBLAS, AVX2, 1 thread}. */
    public static String describe() {
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
