/** Known answers: what is computed for users is computed here for problems whose answer is known. */
@NullMarked
package io.batchscope.verify;

import org.jspecify.annotations.NullMarked;
