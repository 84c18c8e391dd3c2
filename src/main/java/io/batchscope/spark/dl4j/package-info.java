/**
 * Deeplearning4j's own two ways to train on Spark, run as engines on the same examples, order, rates and start as the other
 * modes. The one adapter that knows another ({@code nn}), because these masters need both Spark and Deeplearning4j.
 */
@NullMarked
package io.batchscope.spark.dl4j;

import org.jspecify.annotations.NullMarked;
