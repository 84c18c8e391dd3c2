/** What tests of several packages share. */
@NullMarked
package io.batchscope.testing;

import org.jspecify.annotations.NullMarked;
