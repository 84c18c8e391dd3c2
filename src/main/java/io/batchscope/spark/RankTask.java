package io.batchscope.spark;

import io.batchscope.collective.RingListener;
import io.batchscope.collective.SingleCollective;
import io.batchscope.data.Split;
import io.batchscope.plan.RunPlan;
import io.batchscope.train.Collective;
import io.batchscope.train.RankData;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.StepLoop;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.LongAccumulator;

/** What one rank of a run does inside its Spark task. */
final class RankTask implements Serializable {
    private static final long serialVersionUID = 1L;

    private final RunPlan plan;
    private final DataLocation data;
    private final ReplicaFactory replicas;
    private final byte[] secret;
    private final ShardReader reader;
    private final LongAccumulator steps;

    RankTask(
            RunPlan plan,
            DataLocation data,
            ReplicaFactory replicas,
            byte[] secret,
            ShardReader reader,
            LongAccumulator steps) {
        this.plan = plan;
        this.data = data;
        this.replicas = replicas;
        this.secret = secret;
        this.reader = reader;
        this.steps = steps;
    }

    /** As the only rank, in an ordinary task. */
    TrainedRun runAlone() {
        return train(new SingleCollective(), TaskContext.get(), List.of(host()));
    }

    /** As one of several, in a task of a barrier stage. The rank is the partition. */
    TrainedRun runTogether() {
        BarrierTaskContext context = BarrierTaskContext.get();
        int rank = context.partitionId();
        try (RingListener listener = RingListener.open(InetAddress.getByName(host()))) {
            List<String> addresses = Arrays.asList(context.allGather(listener.address()));
            List<String> hosts = addresses.stream()
                    .map(address -> address.substring(0, address.lastIndexOf(':')))
                    .toList();
            Duration timeout = Duration.ofMillis((long) (plan.timeoutSeconds() * 1000));
            try (Collective ring = listener.connect(rank, addresses, secret, timeout)) {
                TrainedRun run = train(ring, context, hosts);
                return rank == 0 ? run : withoutRows(run);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("rank " + rank + " cannot listen on " + host(), e);
        }
    }

    private TrainedRun train(Collective collective, TaskContext context, List<String> hosts) {
        RankData examples = new RankData(
                read(Split.TRAIN, plan.trainExamples(), plan.lanes(), collective),
                read(Split.VALIDATION, data.manifest().examples(Split.VALIDATION), collective.size(), collective),
                read(Split.TEST, data.manifest().examples(Split.TEST), collective.size(), collective));
        TrainingListener listener = collective.rank() == 0 ? new Heartbeat(steps, context) : TrainingListener.NONE;
        try (Replica replica = replicas.create(plan.seed(), plan.microBatch())) {
            return withHosts(new StepLoop(plan, examples, replica, collective, listener).run(), hosts);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private io.batchscope.data.Examples read(Split split, long limit, int lanes, Collective collective) {
        return ShardCache.shared().examples(reader, data, split, limit, lanes, collective.rank(), collective.size());
    }

    /** The address by which Spark itself reaches this executor. */
    private static String host() {
        return SparkEnv.get().blockManager().blockManagerId().host();
    }

    private static TrainedRun withHosts(TrainedRun run, List<String> hosts) {
        return new TrainedRun(
                run.outcome(),
                run.steps(),
                run.stepsToTarget(),
                run.secondsToTarget(),
                run.trainSeconds(),
                run.computeSeconds(),
                run.syncSeconds(),
                run.dataSeconds(),
                run.peakMemoryBytes(),
                hosts,
                run.stepRows(),
                run.evalRows(),
                run.parameters());
    }

    private static TrainedRun withoutRows(TrainedRun run) {
        return new TrainedRun(
                run.outcome(),
                run.steps(),
                run.stepsToTarget(),
                run.secondsToTarget(),
                run.trainSeconds(),
                run.computeSeconds(),
                run.syncSeconds(),
                run.dataSeconds(),
                run.peakMemoryBytes(),
                run.hosts(),
                new ArrayList<>(),
                new ArrayList<>(),
                null);
    }

    /** Tells the driver how far the run is, and notices when the task is to end. */
    private record Heartbeat(LongAccumulator steps, TaskContext context) implements TrainingListener {
        @Override
        public void onProgress(long stepsDone) {
            steps.add(1);
            context.killTaskIfInterrupted();
        }
    }
}
