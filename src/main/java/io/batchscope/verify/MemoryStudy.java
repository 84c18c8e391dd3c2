package io.batchscope.verify;

import io.batchscope.collective.LocalCollective;
import io.batchscope.data.EpochOrder;
import io.batchscope.data.Examples;
import io.batchscope.data.LabelNoise;
import io.batchscope.data.OwnedExamples;
import io.batchscope.data.RelabelledExamples;
import io.batchscope.plan.ClusterFacts;
import io.batchscope.plan.DataFacts;
import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.Planner;
import io.batchscope.plan.ReplicaFacts;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.probe.Probes;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.Provenance;
import io.batchscope.result.RunRecord;
import io.batchscope.result.RunResult;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import io.batchscope.study.NativeLaw;
import io.batchscope.study.RunRecords;
import io.batchscope.study.WorkerBudget;
import io.batchscope.study.WorkerMemory;
import io.batchscope.train.Collective;
import io.batchscope.train.Probe;
import io.batchscope.train.RankData;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.StepLoop;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A study on examples in memory: planned by the planner, trained by the step loop, its ranks threads of this process.
 *
 * @param laboratory reads the settings
 * @param train the training split
 * @param scored the validation and the test split, both on the first rank
 * @param task what the model is for
 * @param outputs classes, or 1
 * @param parameters of the model
 * @param replicas makes the model
 */
record MemoryStudy(
        Laboratory laboratory,
        Examples train,
        Examples scored,
        Task task,
        int outputs,
        int parameters,
        ReplicaFactory replicas) {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int SLOTS = 8;

    /** What decides which labels are changed where some are: a data set's seed. */
    static final long LABEL_SEED = 12;

    /** One of regression, scored on the first example alone. */
    static MemoryStudy regression(Laboratory laboratory, Examples train, int parameters, ReplicaFactory replicas) {
        Examples one = new OwnedExamples(train, List.of(0));
        return new MemoryStudy(laboratory, train, one, Task.REGRESSION, 1, parameters, replicas);
    }

    /** Plain descent at one rate, on one worker; with these settings over that. */
    List<RunPlan> plan(String... settings) {
        List<String> all = Stream.concat(
                        Stream.of(
                                "name=verify",
                                "data.path=memory",
                                "optimizer.name=sgd",
                                "learning-rate.scaling=none",
                                "learning-rate.schedule=constant",
                                "learning-rate.warmup-shape=none",
                                "evaluation.every=100 %",
                                "evaluation.divergence-factor=1e30",
                                "measure.norms-every=never",
                                "measure.noise-every=never",
                                "sync.workers=1"),
                        Stream.of(settings))
                .toList();
        int features = train.featureCount();
        return Planner.plan(
                        laboratory.configuration(all),
                        new DataFacts("verify", task, train.size(), scored.size(), scored.size(), features, outputs),
                        model(),
                        new ClusterFacts(SLOTS),
                        ReplicaFacts.FUSED)
                .runs();
    }

    private ModelFacts model() {
        return new ModelFacts("verify", "verify", parameters, train.featureCount(), outputs, task, false, List.of());
    }

    /** Trains the one run that the settings ask for. */
    TrainedRun train(String... settings) {
        return train(plan(settings).get(0));
    }

    /** Trains all runs that the settings ask for; the rows that they leave. */
    StudyTables tables(String... settings) {
        WorkerMemory memory = new WorkerMemory(
                model(), new WorkerMemory.DataSize(0, 0), new WorkerBudget(1, 1, 1, false, 1, 0), NativeLaw.NONE);
        RunRecords records = new RunRecords(model(), new Provenance("", "", "", "", "", "", ""), memory);
        List<RunRecord> runs = new ArrayList<>();
        List<StepRecord> steps = new ArrayList<>();
        List<EvalRecord> evals = new ArrayList<>();
        List<ProbeRecord> probes = new ArrayList<>();
        for (RunPlan plan : plan(settings)) {
            RunResult result = records.result(plan, train(plan), Instant.EPOCH);
            runs.add(result.run());
            steps.addAll(result.steps());
            evals.addAll(result.evals());
            probes.addAll(result.probes());
        }
        return new StudyTables(runs, steps, evals, probes);
    }

    /** Trains a run of this study, and measures its probes. */
    TrainedRun train(RunPlan plan) {
        EpochOrder order = new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
        List<Collective> collectives = LocalCollective.of(plan.workers(), TIMEOUT);
        try {
            return plan.workers() == 1 ? rank(plan, order, collectives.get(0)) : together(plan, order, collectives);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("verify was interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("verify: a run did not end well: " + e, e);
        }
    }

    private TrainedRun together(RunPlan plan, EpochOrder order, List<Collective> collectives)
            throws InterruptedException, ExecutionException, TimeoutException {
        ExecutorService threads = Executors.newFixedThreadPool(plan.workers(), task -> {
            Thread thread = new Thread(task, "verify-rank");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<TrainedRun>> running = new ArrayList<>();
            for (Collective collective : collectives) {
                running.add(threads.submit(() -> rank(plan, order, collective)));
            }
            for (Future<TrainedRun> rank : running) {
                rank.get(TIMEOUT.toSeconds() * 10, TimeUnit.SECONDS);
            }
            return running.get(0).get();
        } finally {
            threads.shutdownNow();
        }
    }

    private TrainedRun rank(RunPlan plan, EpochOrder order, Collective collective) throws InterruptedException {
        int rank = collective.rank();
        Examples there = rank == 0 ? scored : new OwnedExamples(scored, List.of());
        Examples own = OwnedExamples.of(train, order, rank, plan.workers());
        RankData data = new RankData(labelled(own, plan, order, rank), there, there);
        List<Probe> probes = Probes.of(plan, List.of(train.featureCount()), outputs);
        try (collective;
                Replica replica = replicas.create(plan.seed(), plan.microBatch())) {
            return new StepLoop(plan, data, replica, collective, List.of(), TrainingListener.NONE).run(probes);
        }
    }

    private Examples labelled(Examples own, RunPlan plan, EpochOrder order, int rank) {
        return plan.labelNoise() == 0
                ? own
                : new RelabelledExamples(
                        own, new LabelNoise(plan.labelNoise(), outputs, LABEL_SEED), order, rank, plan.workers());
    }
}
