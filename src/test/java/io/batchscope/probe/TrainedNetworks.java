package io.batchscope.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.EpochOrder;
import io.batchscope.data.Examples;
import io.batchscope.data.OwnedExamples;
import io.batchscope.plan.RunPlan;
import io.batchscope.testing.RankThreads;
import io.batchscope.train.Evaluator;
import io.batchscope.train.Parameters;
import io.batchscope.train.Probe;
import io.batchscope.train.Probe.Measurement;
import io.batchscope.train.RankData;
import io.batchscope.train.Replica;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** What probes say of networks that are there already, with one worker and with several. */
final class TrainedNetworks {
    private static final double ROUNDING = 1e-12;

    private TrainedNetworks() {}

    /** What every one of {@code workers} ranks is told; fails unless they are told the same. */
    static Map<String, Measurement> measure(
            Probe probe,
            RunPlan plan,
            int workers,
            Examples train,
            Examples test,
            float[] parameters,
            Supplier<Replica> replicas)
            throws Exception {
        List<List<Measurement>> measured = RankThreads.run(workers, collective -> {
            int rank = collective.rank();
            EpochOrder dealt = new EpochOrder(Math.max(plan.lanes(), train.size()), plan.lanes(), 0);
            RankData data = new RankData(
                    OwnedExamples.of(train, dealt, rank, workers),
                    share(test, rank, workers),
                    share(test, rank, workers));
            try (Replica replica = replicas.get()) {
                replica.writeParameters(parameters);
                Evaluator evaluator = new Evaluator(data, replica, collective, plan.microBatch());
                return probe.measure(new Probe.Trained(
                        plan, data, replica, new Parameters(parameters.clone()), collective, evaluator));
            }
        });
        assertThat(measured).allMatch(measured.get(0)::equals);
        Map<String, Measurement> byMetric = new LinkedHashMap<>();
        measured.get(0).forEach(one -> assertThat(byMetric.put(one.metric(), one))
                .as(one.metric() + " comes once")
                .isNull());
        return byMetric;
    }

    private static Examples share(Examples all, int rank, int workers) {
        return OwnedExamples.of(all, new EpochOrder(Math.max(workers, all.size()), workers, 0), rank, workers);
    }

    private static Measurement at(Map<String, Measurement> measured, String metric) {
        assertThat(measured).containsKey(metric);
        return Objects.requireNonNull(measured.get(metric));
    }

    static double value(Map<String, Measurement> measured, String metric) {
        return at(measured, metric).value();
    }

    static String settings(Map<String, Measurement> measured, String metric) {
        return at(measured, metric).settings();
    }

    static double uncertainty(Map<String, Measurement> measured, String metric) {
        return Objects.requireNonNull(at(measured, metric).uncertainty());
    }

    /** Fails unless both say the same, but for rounding. */
    static void assertAlike(Map<String, Measurement> one, Map<String, Measurement> other) {
        assertThat(one.keySet()).isEqualTo(other.keySet()).isNotEmpty();
        one.forEach((metric, measurement) -> {
            double value = measurement.value();
            assertThat(value(other, metric))
                    .as(metric)
                    .isCloseTo(value, within(ROUNDING * Math.max(1, Math.abs(value))));
            assertThat(settings(other, metric)).isEqualTo(measurement.settings());
        });
    }
}
