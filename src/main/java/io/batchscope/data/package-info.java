/** Examples by index: manifest, packed shards, the order of an epoch, readers of raw formats. No Spark. */
@NullMarked
package io.batchscope.data;

import org.jspecify.annotations.NullMarked;
