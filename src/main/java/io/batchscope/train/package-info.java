/** The vocabulary of training: engine, step loop, replica, collective, update rules, listener. */
@NullMarked
package io.batchscope.train;

import org.jspecify.annotations.NullMarked;
