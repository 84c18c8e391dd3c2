package io.batchscope.spark;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.jspecify.annotations.Nullable;

/** Where the ranks of runs are, and which still run: a failed stage ends before its last task does. */
final class RankWatch extends SparkListener {
    private static final Map<SparkContext, RankWatch> OF_CONTEXT = new ConcurrentHashMap<>();
    private static final long NONE = Long.MIN_VALUE;
    private static final String GROUP = "spark.jobGroup.id";

    private final Map<String, Ranks> ranksOfGroup = new ConcurrentHashMap<>();
    private final Map<Integer, String> groupOfStage = new ConcurrentHashMap<>();

    private RankWatch() {}

    /** The tasks of one run, over all its attempts. */
    private record Ranks(Map<Integer, String> hosts, Map<Long, Integer> running, AtomicLong firstEndNanos) {}

    /** The one that listens to this context. */
    static RankWatch of(SparkContext context) {
        return OF_CONTEXT.computeIfAbsent(context, fresh -> {
            RankWatch watch = new RankWatch();
            fresh.addSparkListener(watch);
            return watch;
        });
    }

    /** Watches the tasks of a job group. */
    void watch(String group) {
        ranksOfGroup.put(group, new Ranks(new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), new AtomicLong(NONE)));
    }

    /** A new attempt begins; no task of the last one runs any more. */
    void begin(String group) {
        Ranks ranks = ranksOfGroup.get(group);
        if (ranks != null) {
            ranks.firstEndNanos().set(NONE);
        }
    }

    /** The ranks that still run so long after another one of the attempt has ended; none before. */
    List<Integer> stragglers(String group, long afterNanos) {
        Ranks ranks = ranksOfGroup.get(group);
        long firstEnd = ranks == null ? NONE : ranks.firstEndNanos().get();
        return ranks == null || firstEnd == NONE || System.nanoTime() - firstEnd < afterNanos
                ? List.of()
                : ranks.running().values().stream().sorted().toList();
    }

    void forget(String group) {
        ranksOfGroup.remove(group);
        groupOfStage.values().removeIf(group::equals);
    }

    private @Nullable Ranks ofStage(int stage) {
        String group = groupOfStage.get(stage);
        return group == null ? null : ranksOfGroup.get(group);
    }

    /** Where this rank was last. */
    String hostOf(String group, int rank) {
        Ranks ranks = ranksOfGroup.get(group);
        return ranks == null ? "an unknown host" : ranks.hosts().getOrDefault(rank, "an unknown host");
    }

    /** Whether no task of this group runs any more. */
    boolean haveEnded(String group) {
        Ranks ranks = ranksOfGroup.get(group);
        return ranks == null || ranks.running().isEmpty();
    }

    @Override
    public void onStageSubmitted(SparkListenerStageSubmitted stage) {
        String group = stage.properties() == null ? null : stage.properties().getProperty(GROUP);
        if (group != null && ranksOfGroup.containsKey(group)) {
            groupOfStage.put(stage.stageInfo().stageId(), group);
        }
    }

    @Override
    public void onTaskStart(SparkListenerTaskStart task) {
        Ranks ranks = ofStage(task.stageId());
        if (ranks != null) {
            ranks.hosts().put(task.taskInfo().index(), task.taskInfo().host());
            ranks.running().put(task.taskInfo().taskId(), task.taskInfo().index());
        }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
        Ranks ranks = ofStage(task.stageId());
        if (ranks != null) {
            ranks.running().remove(task.taskInfo().taskId());
            ranks.firstEndNanos().compareAndSet(NONE, System.nanoTime());
        }
    }
}
