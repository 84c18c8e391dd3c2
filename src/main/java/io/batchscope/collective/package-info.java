/** Sums vectors across the workers of one run: in one process and over a ring of sockets. */
@NullMarked
package io.batchscope.collective;

import org.jspecify.annotations.NullMarked;
