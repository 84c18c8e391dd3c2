package io.batchscope.benchmark;

import io.batchscope.fused.FusedBackend;
import io.batchscope.fused.FusedReplicaFactory;
import io.batchscope.fused.cuda.CudaBackend;
import io.batchscope.fused.cuda.CudaReplicaFactory;
import io.batchscope.train.Program;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.StartParameters;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.SizeTPointer;

/** What runs Batchscope's programs in the GPU's benchmarks. */
public enum Machinery {
    /** The CUDA replica. */
    CUDA {
        @Override
        Optional<String> absence() {
            return Optional.ofNullable(CudaBackend.problem());
        }

        @Override
        ReplicaFactory replicas(Program program, boolean tensorFloat32, String gpu) {
            return new CudaReplicaFactory(program, start(program), tensorFloat32, gpu);
        }

        @Override
        long freeBytes() {
            try (SizeTPointer free = new SizeTPointer(1);
                    SizeTPointer total = new SizeTPointer(1)) {
                int status = cudart.cudaMemGetInfo(free, total);
                if (status != cudart.cudaSuccess) {
                    throw new IllegalStateException(
                            "CUDA refused to say how much memory is free (status " + status + ")");
                }
                return free.get();
            }
        }
    },
    /** The fused replica, on the processor: to try the benchmarks themselves out where there is no GPU. */
    FUSED {
        @Override
        Optional<String> absence() {
            return Optional.ofNullable(FusedBackend.problem());
        }

        @Override
        ReplicaFactory replicas(Program program, boolean tensorFloat32, String gpu) {
            if (tensorFloat32) {
                throw new UnsupportedOperationException("the fused replica has no TF32");
            }
            return new FusedReplicaFactory(program, start(program));
        }
    };

    /** Of this name, in lower case. */
    public static Machinery of(String label) {
        return Arrays.stream(values())
                .filter(machinery -> machinery.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "replica " + label + " (--replica): must be cuda or fused; name one of them"));
    }

    /** Its name on the command line. */
    public String label() {
        return this == CUDA ? "cuda" : "fused";
    }

    /** Why it cannot run here; empty: it can. */
    abstract Optional<String> absence();

    /**
     * Makes replicas.
     *
     * @param gpu see {@link ReplicaFactory#onGpu}
     */
    abstract ReplicaFactory replicas(Program program, boolean tensorFloat32, String gpu);

    /** Bytes of the device that are free; 0 for the processor. */
    long freeBytes() {
        return 0;
    }

    private static StartParameters start(Program program) {
        return seed -> ProgramNetwork.start(program, seed);
    }
}
