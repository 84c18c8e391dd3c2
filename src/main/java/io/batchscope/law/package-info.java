/**
 * The laws of training at a batch size, fitted to what was measured: how many updates and examples a goal takes, and how
 * sure that is. Pure functions of numbers; knows neither tables nor runs.
 */
@NullMarked
package io.batchscope.law;

import org.jspecify.annotations.NullMarked;
