/** Everything that knows Spark and Hadoop: data sets, training on executors, the results directory. */
@NullMarked
package io.batchscope.spark;

import org.jspecify.annotations.NullMarked;
