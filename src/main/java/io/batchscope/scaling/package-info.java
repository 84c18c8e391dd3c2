/** How the learning rate changes with the batch size. */
@NullMarked
package io.batchscope.scaling;

import org.jspecify.annotations.NullMarked;
