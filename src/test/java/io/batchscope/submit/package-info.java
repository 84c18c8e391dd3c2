/** The scripts in {@code submit/}, run as a person runs them. */
@NullMarked
package io.batchscope.submit;

import org.jspecify.annotations.NullMarked;
