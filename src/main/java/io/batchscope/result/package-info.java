/** What a study leaves behind: one record type a table, and the store's interface. */
@NullMarked
package io.batchscope.result;

import org.jspecify.annotations.NullMarked;
