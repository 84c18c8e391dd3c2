/** The commands as a user types them. */
@NullMarked
package io.batchscope.cli;

import org.jspecify.annotations.NullMarked;
