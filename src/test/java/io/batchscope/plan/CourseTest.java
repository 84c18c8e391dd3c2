package io.batchscope.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.units.EpochGeometry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CourseTest {
    /** Rows of updates now and then and of the last one, and of the next agreement after each of them. */
    private static int rows(Synchronization synchronization, long steps, long every) {
        int rows = 0;
        long agreed = 0;
        for (long update = 0; update < steps; update++) {
            boolean agrees = synchronization.agreesAfter(update, steps);
            if (update % every == 0
                    || update == steps - 1
                    || (agrees && update > agreed && (update + 1) / every > agreed / every)) {
                rows++;
            }
            if (agrees) {
                agreed = update + 1;
            }
        }
        return rows;
    }

    @ParameterizedTest
    @CsvSource({
        // updates, H, first exact, most rows
        "1000, 8, 0, 1000",
        "1000, 8, 0, 100",
        "1000, 64, 0, 100",
        "1000, 3, 500, 100",
        "1000, 2, 0, 1000",
        "999, 7, 0, 10",
        "100000, 1000, 0, 1000",
        "1000, 1000, 0, 50",
        "1000, 300, 990, 50",
        "37, 8, 0, 3",
        "20, 8, 0, 1000"
    })
    void agreementsAreAmongTheRowsThatAreAskedFor(long steps, long everySteps, long afterSteps, int most) {
        StudyConfig config = Studies.ordinary()
                .budget(steps + " steps", 0, Optional.empty())
                .evaluation("1 epoch", most, 10)
                .config();
        List<String> problems = new ArrayList<>();
        Course course = Course.of(config.recipes().get(0), config.evaluation(), new EpochGeometry(6000, 64), problems)
                .get(0);
        Synchronization averaging = new Synchronization.ParameterAveraging(everySteps, afterSteps);
        int rows = rows(averaging, steps, course.stepRowEvery(averaging));

        assertThat(problems).isEmpty();
        assertThat(rows).isLessThanOrEqualTo(most).isGreaterThanOrEqualTo((int) Math.min(steps, most / 3));
    }
}
