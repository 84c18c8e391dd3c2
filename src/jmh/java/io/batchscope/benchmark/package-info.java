/** Speed of a training step and seconds to a loss, beside Deeplearning4j, PyTorch and Spark MLlib; see src/docs/benchmarks.md. */
@NullMarked
package io.batchscope.benchmark;

import org.jspecify.annotations.NullMarked;
