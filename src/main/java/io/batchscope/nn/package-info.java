/** Everything that knows Deeplearning4j: the model catalogue, import and export of models, the general replica. */
@NullMarked
package io.batchscope.nn;

import org.jspecify.annotations.NullMarked;
