package io.batchscope.train;

import io.batchscope.plan.CheckpointPolicy;
import io.batchscope.plan.RunPlan;
import io.batchscope.result.Outcome;
import io.batchscope.train.RunRows.PendingRow;
import io.batchscope.train.Synchronizer.Votes;
import io.batchscope.train.Synchronizer.Wanted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * The training loop of one rank; {@link TrainingEngine} shows it as pseudo-code. It begins at update 0 or where a
 * checkpoint was taken, which gives the same bits. What becomes of a gradient is its {@link Synchronizer}'s matter. Every
 * decision that ends the loop is taken at an {@link Agreement}, from values that are the same on all ranks, so all ranks
 * leave it at the same update.
 */
public final class StepLoop {
    private final RunPlan plan;
    private final Collective collective;
    private final List<String> hosts;
    private final TrainingListener listener;
    private final Pacing pacing;
    private final GradientMeter meter;
    private final Synchronizer synchronizer;
    private final Evaluations evaluations;
    private final Feeder feeder;
    private final ParameterUpdate parameterUpdate;
    private final float[] parameters;
    private final StepTimes times = new StepTimes();
    private final RunState state;
    private final MemoryPeaks memory;
    private final JointStart start;
    private final CheckpointWriter checkpoints;
    private final Probe.Trained trained;
    private @Nullable Checkpoint from;

    /**
     * A loop that is run once.
     *
     * @param hosts where the ranks are, for the record
     * @param listener hears of the run; give one on the first rank only
     */
    public StepLoop(
            RunPlan plan,
            RankData data,
            Replica replica,
            Collective collective,
            List<String> hosts,
            TrainingListener listener) {
        this(plan, data, replica, collective, hosts, listener, Checkpointing.NONE);
    }

    /** One that begins where {@code checkpointing} says. */
    public StepLoop(
            RunPlan plan,
            RankData data,
            Replica replica,
            Collective collective,
            List<String> hosts,
            TrainingListener listener,
            Checkpointing checkpointing) {
        this(
                plan,
                data,
                replica,
                collective,
                hosts,
                listener,
                feeder(plan, data, replica, collective, hosts),
                checkpointing,
                CheckpointWriter.thread("batchscope-checkpoints-" + plan.runId()));
    }

    /** One that takes its micro-batches from {@code feeder}, and closes that in the end. */
    StepLoop(
            RunPlan plan,
            RankData data,
            Replica replica,
            Collective collective,
            List<String> hosts,
            TrainingListener listener,
            Feeder feeder) {
        this(
                plan,
                data,
                replica,
                collective,
                hosts,
                listener,
                feeder,
                Checkpointing.NONE,
                CheckpointWriter.thread("unused"));
    }

    /** One that takes its micro-batches from {@code feeder} and writes checkpoints on {@code writing}; closes both. */
    StepLoop(
            RunPlan plan,
            RankData data,
            Replica replica,
            Collective collective,
            List<String> hosts,
            TrainingListener listener,
            Feeder feeder,
            Checkpointing checkpointing,
            ExecutorService writing) {
        this.plan = plan;
        this.collective = collective;
        this.hosts = hosts;
        this.listener = listener;
        this.feeder = feeder;
        Evaluator evaluator = new Evaluator(data, replica, collective, plan.microBatch());
        this.parameterUpdate = new ParameterUpdate(plan.optimizer(), replica);
        this.parameters = parameterUpdate.parameters();
        this.trained = new Probe.Trained(plan, data, replica, new Parameters(parameters), collective, evaluator);
        this.pacing = Pacing.of(plan);
        this.synchronizer = Synchronizer.of(plan, pacing, feeder, parameterUpdate, replica, collective);
        this.meter = new GradientMeter(plan, pacing, replica, collective.rank() == 0);
        this.state = new RunState(plan, pacing, meter);
        this.memory = new MemoryPeaks(replica);
        this.evaluations = new Evaluations(plan, evaluator, state, memory, listener);
        this.start =
                new JointStart(plan, replica, collective, parameterUpdate, synchronizer, pacing, meter, state, memory);
        this.from = checkpointing.from();
        this.checkpoints = new CheckpointWriter(
                collective.rank() == 0 ? checkpointing.store() : CheckpointStore.NONE,
                collective.rank() == 0 ? plan.checkpoints() : CheckpointPolicy.NONE,
                timeout(plan),
                writing);
    }

    private static Feeder feeder(
            RunPlan plan, RankData data, Replica replica, Collective collective, List<String> hosts) {
        MicroBatches batches = new MicroBatches(plan, collective.rank(), collective.size(), data.train());
        if (replica.keep(data.train())) {
            return Feeder.onDemand(batches);
        }
        int ranksHere = hosts.isEmpty() ? 1 : Collections.frequency(hosts, hosts.get(collective.rank()));
        return Feeder.of(
                batches, "batchscope-feeder-" + plan.runId() + "-rank-" + collective.rank(), timeout(plan), ranksHere);
    }

    private static Duration timeout(RunPlan plan) {
        return Duration.ofMillis((long) (plan.timeoutSeconds() * 1000));
    }

    /**
     * Trains to the run's outcome.
     *
     * @return what happened, the same on all ranks but for times
     * @throws CollectiveException if another rank was lost
     */
    public TrainedRun run() throws InterruptedException {
        return run(List.of());
    }

    /** Likewise, and then measures {@code probes}, the same on all ranks, if the run has neither diverged nor failed. */
    public TrainedRun run(List<Probe> probes) throws InterruptedException {
        Processors.occupy();
        try {
            return train(probes);
        } finally {
            Processors.release();
            feeder.close();
            checkpoints.close();
        }
    }

    private TrainedRun train(List<Probe> probes) throws InterruptedException {
        meter.begin();
        start.begin(from);
        feeder.change(pacing.trajectory(), state.step);
        checkpoints.startAt(state.step, state.total.totalNanos, from == null ? List.of() : from.vectors());
        from = null;
        if (state.step == 0) {
            evaluations.first();
        }
        @Nullable Outcome outcome = null;
        boolean last = false;
        while (outcome == null && !last) {
            if (Thread.interrupted()) {
                throw new InterruptedException("run " + plan.runId() + " was stopped at step " + state.step);
            }
            last = pacing.isLast(state.step);
            Agreement agreement = update(state.step);
            meter.add(agreement == null ? null : agreement.squares());
            outcome = agreement == null ? null : state.end(agreement, listener);
            if (outcome instanceof Outcome.Diverged) {
                break;
            }
            boolean otherBatches = pacing.done(state.step, agreement == null ? null : agreement.squares());
            state.step++;
            if (otherBatches && !last) {
                feeder.change(pacing.trajectory(), state.step);
            }
            listener.onProgress(state.step);
            if (agreement != null) {
                outcome = afterAgreement(agreement, outcome, last);
            }
        }
        Outcome end = evaluations.last(outcome == null ? new Outcome.Completed() : outcome);
        if (!(end instanceof Outcome.Diverged)) {
            measure(probes);
        }
        listener.onEnd(end);
        Checkpoint.Peaks peaks = memory.overRanks(collective);
        return state.result(end, peaks, hosts, new Parameters(parameters));
    }

    /** Evaluates and begins a checkpoint where they are due. */
    private @Nullable Outcome afterAgreement(Agreement agreement, @Nullable Outcome outcome, boolean lastUpdate) {
        boolean last = outcome != null || lastUpdate;
        if (last || state.isDue(plan.evaluateEvery())) {
            outcome = evaluations.next(outcome);
        }
        state.agree();
        if (!last && outcome == null && agreement.checkpointWanted()) {
            List<float[]> vectors = new ArrayList<>(parameterUpdate.vectors());
            vectors.addAll(OwnVectors.gather(synchronizer.ownVectors(), collective));
            if (collective.rank() == 0) {
                checkpoints.write(vectors, copies -> state.checkpoint(memory.peaks(), start.numbers(), copies));
            }
        }
        return outcome;
    }

    /** One update; null if the ranks are apart after it. */
    private @Nullable Agreement update(long step) throws InterruptedException {
        times.clear();
        long start = System.nanoTime();
        long sentBefore = collective.sentBytes();
        double rate = pacing.rate(step);
        boolean keepRow = state.keepsRow(step);
        Votes votes = new Votes(
                StepTimes.seconds(state.total.totalNanos) > plan.secondsLimit(),
                checkpoints.isDue(step + 1, state.total.totalNanos));
        Wanted wanted = meter.wanted(state, step);
        Agreement agreement = synchronizer.update(step, rate, votes, wanted, times);
        Double distance = wanted.norms() && agreement != null ? meter.distance(parameters) : null;
        times.totalNanos = System.nanoTime() - start;
        state.total.add(times);
        long sent = collective.sentBytes() - sentBefore;
        state.bytesSent += sent;
        if (keepRow) {
            memory.sample();
            state.rows.pending.add(PendingRow.of(step, rate, pacing, sent, times, distance));
        }
        return agreement;
    }

    private void measure(List<Probe> probes) throws InterruptedException {
        for (Probe probe : probes) {
            if (Thread.interrupted()) {
                throw new InterruptedException("run " + plan.runId() + " was stopped before its probe "
                        + probe.kind().label());
            }
            state.rows.keep(state.step, probe.kind(), probe.measure(trained));
            trained.replica().writeParameters(parameters);
        }
    }
}
