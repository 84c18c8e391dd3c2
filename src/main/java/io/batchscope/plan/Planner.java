package io.batchscope.plan;

import io.batchscope.plan.RecipeConfig.BudgetConfig.Equal;
import io.batchscope.plan.RecipeConfig.LearningRateConfig;
import io.batchscope.units.BatchSize;
import io.batchscope.units.EpochGeometry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From what was asked to every number of every run: the one place where learning rates are scaled and where epochs,
 * examples and percents become optimizer updates.
 */
public final class Planner {
    private static final int USUAL_MICRO_BATCH = 1024;

    private Planner() {}

    /**
     * Plans all runs of a study.
     *
     * @throws PlanException with every combination of values that makes no sense
     * @throws ClusterException when all else is sound, but the cluster has too few slots or lacks the replica that is
     *     asked for
     */
    public static StudyPlan plan(
            StudyConfig config, DataFacts data, ModelFacts model, ClusterFacts cluster, ReplicaFacts replicas) {
        long examples = Math.max(1, Math.round(config.data().trainFraction() * data.trainExamples()));
        List<String> notices = new ArrayList<>(model.notices());
        List<String> problems = new ArrayList<>(Combinations.problems(config, data, model));
        ReplicaChoice replica = ReplicaChoice.of(config, replicas, problems);
        if (data.trainExamples() < 1) {
            throw new PlanException(problems);
        }
        List<Long> batchSizes = BatchSizes.resolve(config, examples, problems, notices);
        List<Course> courses = new ArrayList<>();
        for (long batchSize : batchSizes) {
            for (RecipeConfig recipe : config.recipes()) {
                courses.addAll(
                        Course.of(recipe, config.evaluation(), new EpochGeometry(examples, batchSize), problems));
            }
        }
        problems.addAll(SyncModes.problems(config, batchSizes));
        if (!problems.isEmpty()) {
            throw new PlanException(problems.stream().distinct().toList());
        }
        replica.requireLoaded(replicas);
        Workers workers = replica.kind() == ReplicaKind.CUDA
                ? Workers.onGpus(config.sync().workers(), replicas.cuda().slots())
                : Workers.of(config.sync().workers(), cluster);
        int lanes = Lanes.count(examples, config.sync().workers());
        Common common = new Common(config, data, model, replica.kind(), lanes);
        SyncModes modes = new SyncModes(config, courses, course -> workers.forBatch(course.batchSize(), lanes));
        List<RunPlan> runs = new ArrayList<>();
        for (Course course : courses) {
            for (Synchronization synchronization : modes.of(course)) {
                for (int number : modes.workers(course)) {
                    for (long seed : config.seeds().stream().sorted().toList()) {
                        runs.add(common.run(course, synchronization, number, seed));
                    }
                }
            }
        }
        notices.addAll(Notices.of(config, courses));
        notices.addAll(Notices.ofGhosts(config, model));
        notices.addAll(Notices.ofMeasuredNormalization(config, model));
        notices.addAll(Notices.ofTensorFloat32(config, replica.kind()));
        notices.addAll(modes.notices(replica.kind()));
        return new StudyPlan(config.name(), replica, runs, notices);
    }

    /** What all runs of a study share. */
    private record Common(StudyConfig config, DataFacts data, ModelFacts model, ReplicaKind replica, int lanes) {
        RunPlan run(Course course, Synchronization synchronization, int workers, long seed) {
            RecipeConfig recipe = course.recipe();
            LearningRateConfig rate = recipe.learningRate();
            StudyConfig.SyncConfig sync = config.sync();
            boolean stepLoop = !synchronization.mode().isDeeplearning4j();
            long share = new BatchSize(course.batchSize(), workers, 1).perWorker();
            RunPlan plan = new RunPlan(
                    "",
                    "",
                    config.name(),
                    new RunPlan.Recipe(recipe.name(), config.recipes().indexOf(recipe)),
                    data.task(),
                    course.batchSize(),
                    workers,
                    stepLoop
                            ? recipe.regularization()
                                    .microBatch(sync.microBatch().orElse(USUAL_MICRO_BATCH))
                            : Math.toIntExact(Math.max(USUAL_MICRO_BATCH, share)),
                    lanes,
                    seed,
                    course.geometry().examples(),
                    data.fingerprint(),
                    model.fingerprint(),
                    synchronization,
                    stepLoop ? replica : ReplicaKind.DL4J,
                    stepLoop && replica == ReplicaKind.CUDA && config.gpu().tf32(),
                    course.optimizer(),
                    recipe.regularization(),
                    rate.scaling(),
                    rate.base(),
                    course.rates().peak(),
                    course.rates().warmupSteps(),
                    course.schedule(),
                    course.pace(),
                    course.steps(),
                    course.evaluateEvery(),
                    course.stepRowEvery(synchronization),
                    target(recipe),
                    recipe.budget().seconds().orElse(Double.POSITIVE_INFINITY),
                    config.evaluation().divergenceFactor(),
                    sync.transport(),
                    sync.timeoutSeconds(),
                    stepLoop ? sync.retries() : 0,
                    stepLoop ? checkpoints(course) : CheckpointPolicy.NONE,
                    course.rates().factor(),
                    config.data().labelNoise(),
                    course.measures(config.measure(), synchronization, model),
                    config.probes());
            return RunIds.withIds(plan, RunIds.chosen(sync, model, plan), RunIds.spread(sync, model, plan));
        }

        /** Where runs are compared at their target, they end there. */
        private @Nullable Target target(RecipeConfig recipe) {
            boolean stops = recipe.budget().equal().equals(Optional.of(Equal.TARGET));
            return config.target()
                    .map(target -> new Target(target.metric(), target.value(), target.stop() || stops))
                    .orElse(null);
        }

        private CheckpointPolicy checkpoints(Course course) {
            StudyConfig.CheckpointConfig checkpoint = config.checkpoint();
            return new CheckpointPolicy(
                    checkpoint.every().map(course::distance).orElse(Long.MAX_VALUE),
                    checkpoint.seconds().orElse(Double.POSITIVE_INFINITY),
                    checkpoint.keep());
        }
    }
}
