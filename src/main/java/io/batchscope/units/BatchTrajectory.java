package io.batchscope.units;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How the training set falls into the updates of a run whose global batch size may change: one {@link EpochGeometry} after
 * the other. Also where the size changes within an epoch, no example is dropped, none is seen twice in an epoch, and no
 * batch spans two epochs.
 *
 * @param examples N, the number of training examples, at least 1
 * @param phases in ascending order of their first updates; the first begins with update 0
 */
public record BatchTrajectory(long examples, List<Phase> phases) implements Serializable {
    /**
     * Updates with one batch size.
     *
     * @param fromStep the first of them, from 0
     * @param batchSize global batch size, 1 … N
     * @param fromExamples examples seen before it, over all epochs
     */
    public record Phase(long fromStep, long batchSize, long fromExamples) implements Serializable {}

    public BatchTrajectory {
        phases = List.copyOf(phases);
        if (phases.isEmpty() || phases.get(0).fromStep() != 0 || phases.get(0).fromExamples() != 0) {
            throw new IllegalArgumentException("phases must begin with update 0, but are " + phases);
        }
    }

    /** One batch size for the whole run. */
    public static BatchTrajectory constant(long examples, long batchSize) {
        EpochGeometry checked = new EpochGeometry(examples, batchSize);
        return new BatchTrajectory(checked.examples(), List.of(new Phase(0, checked.batchSize(), 0)));
    }

    /**
     * The same until update {@code fromStep} (from 0), which is the first with another batch size. The same size again
     * changes nothing.
     *
     * @throws IllegalArgumentException if a later update has changed the size already
     */
    public BatchTrajectory then(long fromStep, long batchSize) {
        EpochGeometry checked = new EpochGeometry(examples, batchSize);
        Phase last = phases.get(phases.size() - 1);
        if (fromStep < last.fromStep()) {
            throw new IllegalArgumentException(
                    "update " + fromStep + " comes before the last change, at " + last.fromStep());
        }
        if (batchSize == last.batchSize()) {
            return this;
        }
        List<Phase> all = new ArrayList<>(phases);
        if (fromStep == last.fromStep()) {
            all.remove(all.size() - 1);
        }
        all.add(new Phase(fromStep, checked.batchSize(), examplesAfter(fromStep)));
        return new BatchTrajectory(examples, all);
    }

    /** Batch size that update {@code step} (from 0) is to have; the last one of an epoch may have fewer examples. */
    public long batchSizeAt(long step) {
        return phaseOf(step).batchSize();
    }

    /** The largest batch size. */
    public long largestBatch() {
        return phases.stream().mapToLong(Phase::batchSize).max().orElseThrow();
    }

    /** Examples seen after {@code steps} updates from the start. */
    public long examplesAfter(long steps) {
        Phase phase = phaseOf(steps);
        return examplesAfter(steps, phase);
    }

    private long examplesAfter(long steps, Phase phase) {
        EpochGeometry geometry = new EpochGeometry(examples, phase.batchSize());
        long inPhase = steps - phase.fromStep();
        long offset = phase.fromExamples() % examples;
        long left = examples - offset;
        long stepsLeft = (left + phase.batchSize() - 1) / phase.batchSize();
        return inPhase < stepsLeft
                ? phase.fromExamples() + inPhase * phase.batchSize()
                : phase.fromExamples() + left + geometry.examplesAfter(inPhase - stepsLeft);
    }

    /** Passes over the training set after {@code steps} updates, a fraction within an epoch. */
    public double epochsAfter(long steps) {
        return (double) examplesAfter(steps) / examples;
    }

    /** The epoch, from 0, that update number {@code step} (from 0) belongs to. */
    public long epochOf(long step) {
        return examplesAfter(step) / examples;
    }

    /** Where in its epoch's order the batch of update {@code step} (from 0) starts. */
    public long startOf(long step) {
        return examplesAfter(step) % examples;
    }

    /** How many examples update {@code step} (from 0) uses: the batch size, or fewer at the end of an epoch. */
    public int sizeOf(long step) {
        return Math.toIntExact(Math.min(batchSizeAt(step), examples - startOf(step)));
    }

    /** The least number of updates after which at least {@code wanted} examples have been seen. */
    public long stepsForExamples(long wanted) {
        Phase phase = phases.get(0);
        for (Phase next : phases) {
            if (next.fromExamples() <= wanted) {
                phase = next;
            }
        }
        long missing = wanted - phase.fromExamples();
        long left = examples - phase.fromExamples() % examples;
        if (missing <= left) {
            return phase.fromStep() + (missing + phase.batchSize() - 1) / phase.batchSize();
        }
        long stepsLeft = (left + phase.batchSize() - 1) / phase.batchSize();
        return phase.fromStep()
                + stepsLeft
                + new EpochGeometry(examples, phase.batchSize()).stepsForExamples(missing - left);
    }

    private Phase phaseOf(long step) {
        int last = phases.size() - 1;
        while (last > 0 && phases.get(last).fromStep() > step) {
            last--;
        }
        return phases.get(last);
    }
}
