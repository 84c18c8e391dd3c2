package io.batchscope.collective;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rank 4 of 6 waits, on a clock of its own. Its time-out is 80 s: it tells every 10 s, and believes what it heard for 40 s. */
class PatienceTest {
    private static final boolean TO_READ = false;
    private static final boolean TO_WRITE = true;

    private final AtomicLong nanos = new AtomicLong(-17);
    private final LongSupplier clock = nanos::get;
    private final Patience patience = new Patience(4, 6, Duration.ofSeconds(80), clock);

    @BeforeEach
    void begin() {
        patience.begin();
    }

    @Test
    void namesANeighbourThatSaysNothingAfterTheTimeOut() {
        pass(79);
        assertThat(patience.isOver(TO_READ)).isFalse();
        assertThat(patience.leftNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
        pass(1);

        assertThat(patience.isOver(TO_READ)).isTrue();
        assertThat(patience.isOver(TO_WRITE)).isTrue();
        assertThat(patience.waitedFor(TO_READ)).isEqualTo(3);
        assertThat(patience.waitedFor(TO_WRITE)).isEqualTo(5);
    }

    @Test
    void leavesARankFarOffToItsNeighboursForAnEighthMore() {
        pass(75);
        patience.hearPrevious(1);
        pass(14);
        assertThat(patience.isOver(TO_READ)).isFalse();
        pass(1);

        assertThat(patience.isOver(TO_READ)).isTrue();
        assertThat(patience.waitedFor(TO_READ)).isEqualTo(1);
    }

    @Test
    void believesTheNextRankWhenItCannotWrite() {
        pass(75);
        patience.hearPrevious(1);
        patience.hearNext(0);
        pass(14);
        assertThat(patience.isOver(TO_WRITE)).isFalse();
        pass(1);

        assertThat(patience.isOver(TO_WRITE)).isTrue();
        assertThat(patience.waitedFor(TO_WRITE)).isEqualTo(0);
    }

    @Test
    void doesNotBelieveForLong() {
        pass(30);
        patience.hearPrevious(1);
        pass(40);
        assertThat(patience.waitedFor(TO_READ)).isEqualTo(1);
        pass(1);
        assertThat(patience.waitedFor(TO_READ)).isEqualTo(3);
        pass(9);

        assertThat(patience.isOver(TO_READ)).isTrue();
    }

    @Test
    void forgetsWhatIsTakenBack() {
        pass(70);
        patience.hearPrevious(1);
        pass(5);
        patience.hearPrevious(3);
        pass(5);

        assertThat(patience.isOver(TO_READ)).isTrue();
        assertThat(patience.waitedFor(TO_READ)).isEqualTo(3);
    }

    @Test
    void forgetsWhatWasSaidBeforeElementsCame() {
        pass(70);
        patience.hearPrevious(1);
        patience.hearNext(0);
        patience.progress(false, true);
        assertThat(patience.waitedFor(TO_READ)).isEqualTo(3);
        assertThat(patience.waitedFor(TO_WRITE)).isEqualTo(0);

        patience.progress(true, false);
        assertThat(patience.waitedFor(TO_WRITE)).isEqualTo(5);
        assertThat(patience.spentNanos()).isZero();
    }

    @Test
    void namesItselfIfAllSayThatTheyWaitForIt() {
        pass(75);
        patience.hearPrevious(4);
        pass(15);

        assertThat(patience.isOver(TO_READ)).isTrue();
        assertThat(patience.waitedFor(TO_READ)).isEqualTo(4);
    }

    @Test
    void tellsTheNextRankEveryEighthAndWhenItHearsOfAnother() {
        pass(9);
        assertThat(patience.tellNext()).isEqualTo(Patience.NOBODY);
        assertThat(patience.hasToldNext()).isFalse();
        pass(1);
        assertThat(patience.tellNext()).isEqualTo(3);
        assertThat(patience.hasToldNext()).isTrue();
        assertThat(patience.tellNext()).isEqualTo(Patience.NOBODY);
        patience.hearPrevious(2);
        assertThat(patience.tellNext()).isEqualTo(2);
        pass(10);
        assertThat(patience.tellNext()).isEqualTo(2);
    }

    @Test
    void tellsTheNextRankAlsoWhileItGetsWhatIsNotPassedOn() {
        for (int second = 0; second < 9; second++) {
            pass(1);
            patience.progress(false, true);
        }
        assertThat(patience.tellNext()).isEqualTo(Patience.NOBODY);
        pass(1);
        patience.progress(false, true);

        assertThat(patience.tellNext()).isEqualTo(3);
        patience.progress(true, false);
        assertThat(patience.hasToldNext()).isFalse();
    }

    @Test
    void tellsThePreviousRankForWhomTheNextOneWaits() {
        pass(10);
        patience.hearNext(1);

        assertThat(patience.tellPrevious()).isEqualTo(1);
        assertThat(patience.hasToldPrevious()).isTrue();
        assertThat(patience.hasToldNext()).isFalse();
    }

    @Test
    void timeInWhichItWasHeldUpDoesNotCount() {
        nanos.addAndGet(Duration.ofSeconds(1000).toNanos());
        patience.look();

        assertThat(patience.isOver(TO_READ)).isFalse();
        assertThat(patience.spentNanos()).isEqualTo(Duration.ofSeconds(10).toNanos());
        patience.hearPrevious(1);
        nanos.addAndGet(Duration.ofSeconds(1000).toNanos());
        patience.look();
        assertThat(patience.waitedFor(TO_READ)).isEqualTo(1);
    }

    @Test
    void looksWellBeforeItTellsOrGivesUp() {
        assertThat(patience.nanosToWait(TO_READ))
                .isEqualTo(Duration.ofSeconds(5).toNanos());
        pass(78);
        assertThat(patience.nanosToWait(TO_READ))
                .isEqualTo(Duration.ofSeconds(2).toNanos());
        pass(3);
        assertThat(patience.nanosToWait(TO_READ)).isZero();
    }

    private void pass(int seconds) {
        for (int second = 0; second < seconds; second++) {
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
            patience.look();
        }
    }
}
