/** What several tests need: real clusters, real processes. */
@NullMarked
package io.batchscope.testing;

import org.jspecify.annotations.NullMarked;
