/** Everything that knows Spark and Hadoop: data sets, engines on executors, the results store. */
@NullMarked
package io.batchscope.spark;

import org.jspecify.annotations.NullMarked;
