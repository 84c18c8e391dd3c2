/** From what was asked ({@link io.batchscope.plan.StudyConfig}) to every number of every run ({@link io.batchscope.plan.RunPlan}). */
@NullMarked
package io.batchscope.plan;

import org.jspecify.annotations.NullMarked;
