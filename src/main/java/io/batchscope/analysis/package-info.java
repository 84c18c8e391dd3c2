/** What the tables of a study say: means and intervals by batch size, findings, and how the usual advice fares. */
@NullMarked
package io.batchscope.analysis;

import org.jspecify.annotations.NullMarked;
