/** From HOCON files and overrides to a checked {@link io.batchscope.plan.StudyConfig}; knows the Typesafe Config library. */
@NullMarked
package io.batchscope.config;

import org.jspecify.annotations.NullMarked;
