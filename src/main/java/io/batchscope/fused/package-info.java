/**
 * The fast replica: runs a {@link io.batchscope.train.Program} on oneDNN over memory that is set up once. Knows neither
 * Deeplearning4j nor ND4J.
 */
@NullMarked
package io.batchscope.fused;

import org.jspecify.annotations.NullMarked;
