/** Runs the plans of a study, resumes where it stopped, and turns what was trained into rows. */
@NullMarked
package io.batchscope.study;

import org.jspecify.annotations.NullMarked;
