/** Learning-rate schedules: records, pure functions from update to rate. */
@NullMarked
package io.batchscope.schedule;

import org.jspecify.annotations.NullMarked;
