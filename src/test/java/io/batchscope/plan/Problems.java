package io.batchscope.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;

/** What the planner says against a study. */
final class Problems {
    private Problems() {}

    /** At least one. */
    static List<String> of(Studies study) {
        PlanException refused = catchThrowableOfType(PlanException.class, study::plan);
        assertThat(refused).isNotNull();
        return refused.problems();
    }
}
