package io.batchscope.result;

/**
 * Where a result comes from.
 *
 * @param configHash SHA-256 of the resolved configuration
 * @param backend what computed the gradients, such as {@code deeplearning4j 1.0.0-M2.1, nd4j-native, AVX2}
 */
public record Provenance(
        String commit,
        String configHash,
        String batchscopeVersion,
        String javaVersion,
        String operatingSystem,
        String backend,
        String sparkVersion) {}
