/** Shows what analysis found: one self-contained HTML file, and a table for the terminal. Computes nothing itself. */
@NullMarked
package io.batchscope.report;

import org.jspecify.annotations.NullMarked;
