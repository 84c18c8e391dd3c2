/** Measurements on trained networks, one file each. */
@NullMarked
package io.batchscope.probe;

import org.jspecify.annotations.NullMarked;
