/** Quantities with their units: batch sizes, spans of training, epochs in updates. */
@NullMarked
package io.batchscope.units;

import org.jspecify.annotations.NullMarked;
