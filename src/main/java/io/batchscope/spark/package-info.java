/** Everything that knows Spark and Hadoop: sharded data, barrier stages, the Parquet results directory. */
@NullMarked
package io.batchscope.spark;

import org.jspecify.annotations.NullMarked;
