package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.data.EpochOrder;
import io.batchscope.data.OwnedExamples;
import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.Outcome;
import io.batchscope.result.ProbeRecord;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When probes are called, with what, and what becomes of what they say. */
class ProbesOfARunTest {
    private static final ArrayExamples EXAMPLES = ArrayExamples.linear(20, 3, 1);

    /** Writes down the parameters that it finds, and leaves others. */
    private record Careless(List<float[]> found) implements Probe {
        @Override
        public ProbeKind kind() {
            return ProbeKind.WEIGHT_NOISE;
        }

        @Override
        public List<Measurement> measure(Trained trained) {
            float[] now = new float[trained.replica().parameterCount()];
            trained.replica().readParameters(now);
            assertThat(now).isEqualTo(trained.parameters().values());
            synchronized (found) {
                found.add(now.clone());
            }
            Arrays.fill(now, 9);
            trained.replica().writeParameters(now);
            return List.of(
                    new Measurement("one", 0.5, 0.25, "{}"),
                    new Measurement("two", 1, null, "{\"a\":1}"),
                    new Measurement("no number", Double.NaN, null, "{}"));
        }
    }

    private static List<TrainedRun> train(RunPlan plan, List<Probe> probes) throws Exception {
        EpochOrder order = new EpochOrder(EXAMPLES.size(), plan.lanes(), plan.seed());
        return RankThreads.run(plan.workers(), collective -> {
            RankData data = new RankData(
                    OwnedExamples.of(EXAMPLES, order, collective.rank(), plan.workers()),
                    ArrayExamples.NONE,
                    ArrayExamples.NONE);
            try (Replica replica = new LinearReplica(3, 0)) {
                return new StepLoop(plan, data, replica, collective, List.of(), TrainingListener.NONE).run(probes);
            }
        });
    }

    @Test
    void eachFindsTheLastParametersAndChangesNothing() throws Exception {
        RunPlans plans = RunPlans.sgd(Task.REGRESSION, 20, 5, 8, 0.05).withWorkers(2);
        TrainedRun without = train(plans.plan(), List.of()).get(0);
        List<float[]> found = new ArrayList<>();
        Probe probe = new Careless(found);
        TrainedRun run = train(plans.plan(), List.of(probe, probe)).get(0);

        assertThat(TrainedParameters.of(run)).isEqualTo(TrainedParameters.of(without));
        assertThat(found).hasSize(4).allMatch(parameters -> Arrays.equals(parameters, TrainedParameters.of(run)));
        assertThat(without.probeRows()).isEmpty();
        assertThat(run.evalRows()).hasSameSizeAs(without.evalRows());
    }

    @Test
    void whatTheySayStandsInRowsOfTheRun() throws Exception {
        RunPlan plan = RunPlans.sgd(Task.REGRESSION, 20, 5, 8, 0.05).plan();
        TrainedRun run = train(plan, List.of(new Careless(new ArrayList<>()))).get(0);
        assertThat(run.probeRows())
                .containsExactly(
                        new ProbeRecord("test", plan.runId(), 5, 7, 8, "weight-noise", "one", 0.5, 0.25, "{}"),
                        new ProbeRecord("test", plan.runId(), 5, 7, 8, "weight-noise", "two", 1, null, "{\"a\":1}"));
    }

    @Test
    void aRunThatDivergedIsNotMeasured() throws Exception {
        RunPlan plan = RunPlans.sgd(Task.REGRESSION, 20, 5, 200, 50).plan();
        List<float[]> found = new ArrayList<>();
        TrainedRun run = train(plan, List.of(new Careless(found))).get(0);
        assertThat(run.outcome()).isInstanceOf(Outcome.Diverged.class);
        assertThat(found).isEmpty();
        assertThat(run.probeRows()).isEmpty();
    }
}
