package io.batchscope.nn;

import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * One math thread per worker: several ranks share a machine, and native threads that outnumber its cores slow small
 * steps down severalfold. The environment variable {@code OMP_NUM_THREADS} overrides it.
 */
final class NativeThreads {
    private static final int THREADS = wanted(System.getenv("OMP_NUM_THREADS"));

    static {
        // The natives can only be asked once ND4J has chosen its backend.
        Nd4j.getBackend();
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(THREADS);
        openblas.blas_set_num_threads(THREADS);
    }

    private NativeThreads() {}

    /** Takes effect on first use in a JVM. */
    static int limit() {
        return THREADS;
    }

    static int wanted(@org.jspecify.annotations.Nullable String environment) {
        return environment != null && environment.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(environment) : 1;
    }
}
