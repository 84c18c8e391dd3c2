package io.batchscope.spark;

import io.batchscope.plan.ClusterException;
import io.batchscope.train.ReplicaFactory;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that train, and what they train on. Where tasks in general are given no GPUs
 * ({@code spark.task.resource.gpu.amount} is not set), those that train on one ask for it by a resource profile of their own,
 * so that all others take as many slots as there are cores.
 */
public final class GpuTasks {
    static final String PER_EXECUTOR = "spark.executor.resource.gpu.amount";
    static final String PER_TASK = "spark.task.resource.gpu.amount";

    private final SparkContext spark;
    private final GpuBinding binding;
    private final @Nullable ResourceProfile profile;

    private GpuTasks(SparkSession session, GpuBinding binding, @Nullable ResourceProfile profile) {
        this.spark = session.sparkContext();
        this.binding = binding;
        this.profile = profile;
    }

    /** Those of workers that compute on processors. */
    public static GpuTasks onProcessors(SparkSession session) {
        return new GpuTasks(session, new GpuBinding.Processor(), null);
    }

    /** Whether executors have GPUs to give to tasks. */
    public static boolean areGiven(SparkSession session) {
        return !session.sparkContext().isLocal()
                && session.sparkContext().getConf().contains(PER_EXECUTOR);
    }

    /**
     * Those of workers with a GPU that Spark gives them.
     *
     * @param ranksPerDevice how many may share one
     * @throws ClusterException if tasks cannot be given one each
     */
    public static GpuTasks given(SparkSession session, int ranksPerDevice) {
        SparkConf conf = session.sparkContext().getConf();
        GpuBinding binding = new GpuBinding.Given(ranksPerDevice);
        if (!conf.contains(PER_TASK)) {
            return new GpuTasks(session, binding, profile(session, conf));
        }
        if (conf.getDouble(PER_TASK, 1) > 1) {
            throw new ClusterException("GPUs of a task (" + PER_TASK + "): a worker computes on one, but is given "
                    + conf.get(PER_TASK) + "; set it to 1, or leave it out");
        }
        return new GpuTasks(session, binding, null);
    }

    /**
     * Those of workers on a local master, where rank r takes GPU number r.
     *
     * @param addresses of the GPUs that CUDA sees here
     */
    public static GpuTasks local(SparkSession session, List<String> addresses, int ranksPerDevice) {
        return new GpuTasks(session, new GpuBinding.Local(addresses, ranksPerDevice), null);
    }

    /** One GPU, and as many cores as other tasks have. */
    private static ResourceProfile profile(SparkSession session, SparkConf conf) {
        ResourceProfile profile = new ResourceProfileBuilder()
                .require(new TaskResourceRequests()
                        .cpus(conf.getInt("spark.task.cpus", 1))
                        .resource(GpuBinding.RESOURCE, 1))
                .build();
        try {
            session.sparkContext().resourceProfileManager().addResourceProfile(profile);
            return profile;
        } catch (Exception e) {
            // Scala's SparkException is a checked one that nothing declares.
            throw new ClusterException("GPUs of training tasks (" + PER_TASK + "): Spark " + session.version() + " on "
                    + session.sparkContext().master() + " cannot give GPUs to some tasks only (" + e.getMessage()
                    + "); give them to all (--conf " + PER_TASK + "=1)");
        }
    }

    GpuBinding binding() {
        return binding;
    }

    /** How many of them run at once now, without waiting for executors. */
    public int presentSlots() {
        int slots = spark.maxNumConcurrentTasks(
                profile == null ? spark.resourceProfileManager().defaultResourceProfile() : profile);
        return binding instanceof GpuBinding.Local local
                ? Math.min(slots, local.addresses().size() * local.ranksPerDevice())
                : slots;
    }

    /** The ranks of a run, a partition each, in tasks of this kind. */
    JavaRDD<Integer> ranks(int number) {
        JavaRDD<Integer> ranks = JavaSparkContext.fromSparkContext(spark)
                .parallelize(IntStream.range(0, number).boxed().toList(), number);
        return profile == null ? ranks : ranks.withResources(profile);
    }

    /** Says what an address means; travels to the executors. */
    @FunctionalInterface
    public interface Naming extends Serializable {
        /** Such as {@code GPU 0 (NVIDIA H200, GPU-6f3a…)}. */
        String describe(String address);
    }

    /** One line a GPU that workers get: executor, host and GPU. Empty where they compute on processors. */
    public List<String> assignments(Naming naming) {
        int slots = presentSlots();
        if (slots == 0 || binding instanceof GpuBinding.Processor) {
            return List.of();
        }
        JavaSparkContext.fromSparkContext(spark).setJobDescription("look at the GPUs");
        GpuBinding own = binding;
        return ranks(slots)
                .map(rank -> {
                    try (GpuBinding.Hold gpu = own.take(rank, TaskContext.get())) {
                        return ExecutorSurvey.here() + ": "
                                + gpu.address().map(naming::describe).orElse("no GPU");
                    }
                })
                .distinct()
                .collect()
                .stream()
                .sorted()
                .toList();
    }

    /** Answered where a worker would train; travels there. */
    @FunctionalInterface
    public interface Question<T> extends Serializable {
        /**
         * The answer of the worker in whose place the task is.
         *
         * @param replicas makes them on what the worker computes on
         */
        T answer(ReplicaFactory replicas);
    }

    /**
     * The different answers of so many tasks at once, each in the place of a worker.
     *
     * @param tasks at least 1 and at most the slots
     */
    public <T> List<T> answers(int tasks, ReplicaFactory replicas, Question<T> question) {
        JavaSparkContext.fromSparkContext(spark).setJobDescription("look at the executors");
        GpuBinding own = binding;
        return ranks(tasks)
                .map(rank -> {
                    try (GpuBinding.Hold gpu = own.take(rank, TaskContext.get())) {
                        return question.answer(gpu.bind(replicas));
                    }
                })
                .distinct()
                .collect();
    }
}
