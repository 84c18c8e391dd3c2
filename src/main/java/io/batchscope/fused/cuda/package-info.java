/**
 * The fast replica on a GPU: runs a {@link io.batchscope.train.Program} with cuBLAS, cuDNN and kernels of our own that NVRTC
 * compiles for the device. Knows neither Deeplearning4j, ND4J nor Spark, and {@code fused} does not know it.
 */
@NullMarked
package io.batchscope.fused.cuda;

import org.jspecify.annotations.NullMarked;
