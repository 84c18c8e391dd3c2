package io.batchscope.fused;

import io.batchscope.train.Program;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** Whether the fused replica can run in this JVM. */
public final class FusedBackend {
    private static final @Nullable String PROBLEM = load();

    private FusedBackend() {}

    private static @Nullable String load() {
        try {
            Loader.load(dnnl.class);
            OneDnn.engine();
            return null;
        } catch (LinkageError | RuntimeException e) {
            return "oneDNN's native library cannot be loaded here: " + e.getMessage();
        }
    }

    /** Why it cannot; null if it can. */
    public static @Nullable String problem() {
        return PROBLEM;
    }

    /** Why oneDNN does not run the program here, though its library loads; null if it does. */
    public static @Nullable String refusal(Program program) {
        try (FusedReplica replica = new FusedReplica(program, new float[program.parameterCount()])) {
            replica.tryOut();
            return null;
        } catch (IllegalStateException e) {
            return e.getMessage();
        }
    }

    /** One line, such as {@code oneDNN 3.11.0, avx512_core_amx}; only where there is no {@link #problem}. */
    public static String describe() {
        var version = dnnl.dnnl_version();
        return "oneDNN " + version.major() + "." + version.minor() + "." + version.patch() + ", "
                + OneDnn.instructionSet();
    }
}
