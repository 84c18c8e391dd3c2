package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RankingTest {
    private static Ranking of(Map<Long, List<Double>> values) {
        Map<VariantSummary, List<Double>> byGroup = new LinkedHashMap<>();
        RunFixture[] runs =
                values.keySet().stream().map(batch -> RunFixture.run(batch, 1)).toArray(RunFixture[]::new);
        StudySummary.of(RunFixture.tables(runs))
                .byVariant()
                .forEach(group ->
                        byGroup.put(group, values.getOrDefault(group.batch().batchSize(), List.of())));
        return Ranking.together(byGroup);
    }

    /** Squares 2 and 8 about the means 1 and 4 over 4 degrees of freedom: variance 2.5; t(0.975, 4) = 2.7764. */
    @Test
    void noiseIsThatOfAllRunsTogether() {
        Ranking ranking = of(Map.of(16L, List.of(0., 1., 2.), 32L, List.of(2., 4., 6.)));

        assertThat(ranking.first().group().batch().batchSize()).isEqualTo(16);
        assertThat(ranking.noiseOfFirst().getAsDouble()).isCloseTo(2.7764 * Math.sqrt(2.5 / 3), within(1e-3));
        // The difference is 3, its noise 2.7764 · √(2.5 · 2/3) = 3.584.
        assertThat(ranking.near()).hasSize(1);
        assertThat(ranking.confidence()).isEqualTo(Recommendation.Confidence.MODERATE);
        assertThat(ranking.runsToDecide()).isEqualTo(Math.ceil(3 * 3.584 * 3.584 / 9));
    }

    @Test
    void whatIsFurtherThanTheNoiseIsNotNear() {
        Ranking ranking = of(Map.of(16L, List.of(0., 1., 2.), 32L, List.of(3., 5., 7.), 64L, List.of(9.)));

        assertThat(ranking.near()).isEmpty();
        // One of them has a single run.
        assertThat(ranking.confidence()).isEqualTo(Recommendation.Confidence.MODERATE);
        assertThat(of(Map.of(16L, List.of(0., 1., 2.), 32L, List.of(3., 5., 7.)))
                        .confidence())
                .isEqualTo(Recommendation.Confidence.HIGH);
        assertThat(ranking.runsToDecide()).isZero();
        assertThat(ranking.ordered()).hasSize(3);
    }

    @Test
    void singleRunsShowNoNoise() {
        Ranking ranking = of(Map.of(16L, List.of(0.), 32L, List.of(30.)));

        assertThat(ranking.noiseOfFirst()).isEmpty();
        assertThat(ranking.near()).hasSize(1);
        assertThat(ranking.confidence()).isEqualTo(Recommendation.Confidence.LOW);
    }

    /** A batch size that trains badly varies more, which says nothing of the others. */
    @Test
    void apartEachHasASpreadOfItsOwn() {
        Map<Long, List<Double>> values =
                Map.of(16L, List.of(0., 1., 2.), 32L, List.of(4., 5., 6.), 64L, List.of(20., 50., 80.));

        assertThat(of(values).near())
                .extracting(place -> place.group().batch().batchSize())
                .containsExactly(32L);
        assertThat(new Ranking(of(values).ordered(), false).near())
                .extracting(place -> place.group().batch().batchSize())
                .containsExactly(64L);
    }

    @Test
    void theBestOfASingleRunIsOfLowConfidence() {
        assertThat(of(Map.of(16L, List.of(0.), 32L, List.of(3., 5., 7.))).confidence())
                .isEqualTo(Recommendation.Confidence.LOW);
    }

    @Test
    void equalsCannotBeTold() {
        Ranking ranking = of(Map.of(16L, List.of(1., 2.), 32L, List.of(1., 2.)));

        assertThat(ranking.first().group().batch().batchSize()).isEqualTo(16);
        assertThat(ranking.runsToDecide()).isInfinite();
    }
}
