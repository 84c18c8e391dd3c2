/** The commands, and the one place where engines, replicas and stores are put together. */
@NullMarked
package io.batchscope.cli;

import org.jspecify.annotations.NullMarked;
