package io.batchscope.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.common.io.Resource;
import org.nd4j.linalg.factory.Environment;
import org.nd4j.linalg.factory.Nd4jBackend;

class BackendTest {
    @Test
    void computesHere() {
        assertThat(Backend.problem()).isNull();
        assertThat(Backend.describe()).startsWith("deeplearning4j CpuBackend, ");
    }

    @Test
    void aLibraryThatIsMissingIsNamedWithTheWayOut() {
        String missing = "libcuda.so.1: cannot open shared object file: No such file or directory";

        assertThat(Backend.problem(List.of(new JCublasBackend(missing))))
                .isEqualTo(
                        "ND4J's backend (JCublasBackend): must load, but " + missing
                                + "; install CUDA 11.6 with cuBLAS, cuSOLVER and the NVIDIA driver, or build without the profile nd4j-cuda");
    }

    /** As ND4J's own of this name, where CUDA is not installed. */
    private static final class JCublasBackend extends Nd4jBackend {
        private final String missing;

        JCublasBackend(String missing) {
            this.missing = missing;
        }

        @Override
        public boolean canRun() {
            throw new ExceptionInInitializerError(new UnsatisfiedLinkError(missing));
        }

        @Override
        public boolean isAvailable() {
            return canRun();
        }

        @Override
        public boolean allowsOrder() {
            return false;
        }

        @Override
        public int getPriority() {
            return BACKEND_PRIORITY_GPU;
        }

        @Override
        public Resource getConfigurationResource() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Class<?> getNDArrayClass() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Environment getEnvironment() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String buildInfo() {
            return "";
        }

        @Override
        public void logBackendInit() {}
    }
}
