package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.testing.LocalSpark;
import org.apache.spark.TaskContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ExecutorSurveyTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @Test
    void gathersWhatDiffersAndNothingTwice() {
        assertThat(ExecutorSurvey.ask(spark.session(), 3, () -> "task " + (2 - TaskContext.getPartitionId())))
                .containsExactly("task 0", "task 1", "task 2");
        assertThat(ExecutorSurvey.ask(spark.session(), 3, () -> "same")).containsExactly("same");
    }

    @Test
    void leavesOutThoseWithNothingToSay() {
        assertThat(ExecutorSurvey.ask(spark.session(), 2, () -> TaskContext.getPartitionId() == 0 ? null : "one"))
                .containsExactly("one");
        assertThat(ExecutorSurvey.ask(spark.session(), 2, () -> null)).isEmpty();
    }
}
