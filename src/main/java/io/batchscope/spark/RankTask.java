package io.batchscope.spark;

import io.batchscope.collective.RingListener;
import io.batchscope.collective.SingleCollective;
import io.batchscope.data.Examples;
import io.batchscope.data.Split;
import io.batchscope.plan.RunPlan;
import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import io.batchscope.train.RankData;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.StepLoop;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;

/** What one rank of a run does inside its Spark task. */
final class RankTask implements Serializable {
    private static final long serialVersionUID = 1L;
    /** Stands for the address of a rank that failed before it could listen. */
    private static final String NO_ADDRESS = "-";

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

    /** Examples and network of a rank: all that can fail before the ranks meet. */
    private record Prepared(RankData data, Replica replica, @Nullable RingListener ring) implements AutoCloseable {
        @Override
        public void close() {
            if (ring != null) {
                ring.close();
            }
            replica.close();
        }
    }

    /** As the only rank, in an ordinary task. */
    RankReport runAlone() throws InterruptedException {
        try (Prepared prepared = prepare(0, false)) {
            TrainedRun run = train(prepared, new SingleCollective(), List.of(host()), TaskContext.get());
            return RankReport.of(0, host(), run);
        } catch (Exception | OutOfMemoryError e) {
            return failed(0, e);
        }
    }

    /** As one of several, in a task of a barrier stage. The rank is the partition. */
    RankReport runTogether() throws InterruptedException {
        BarrierTaskContext context = BarrierTaskContext.get();
        int rank = context.partitionId();
        Prepared prepared;
        try {
            prepared = prepare(rank, true);
        } catch (Exception | OutOfMemoryError e) {
            RankReport report = failed(rank, e);
            context.allGather(NO_ADDRESS);
            return report;
        }
        try (prepared) {
            List<String> addresses = Arrays.asList(context.allGather(address(prepared)));
            int missing = addresses.indexOf(NO_ADDRESS);
            if (missing >= 0) {
                throw new CollectiveException("rank " + missing + " failed before the ranks met");
            }
            try (Collective ring = connect(prepared, rank, addresses)) {
                TrainedRun run = train(prepared, ring, hosts(addresses), context);
                return rank == 0 ? RankReport.of(rank, host(), run) : RankReport.agreed(rank, host());
            }
        } catch (Exception | OutOfMemoryError e) {
            return failed(rank, e);
        }
    }

    /** Ends the task as Spark expects where Spark wants it to end; turns everything else into a report. */
    private static RankReport failed(int rank, Throwable cause) throws InterruptedException {
        if (cause instanceof TaskKilledException killed) {
            throw killed;
        }
        if (cause instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        TaskContext.get().killTaskIfInterrupted();
        return RankReport.failed(rank, host(), cause);
    }

    private Prepared prepare(int rank, boolean together) throws IOException {
        int workers = plan.workers();
        RankData examples = new RankData(
                read(Split.TRAIN, plan.trainExamples(), plan.lanes(), rank),
                read(Split.VALIDATION, data.manifest().examples(Split.VALIDATION), workers, rank),
                read(Split.TEST, data.manifest().examples(Split.TEST), workers, rank));
        Replica replica = replicas.create(plan.seed(), plan.microBatch());
        try {
            return new Prepared(examples, replica, together ? RingListener.open(InetAddress.getByName(host())) : null);
        } catch (IOException | RuntimeException e) {
            replica.close();
            throw e;
        }
    }

    private static String address(Prepared prepared) {
        RingListener ring = prepared.ring();
        return ring == null ? NO_ADDRESS : ring.address();
    }

    private Collective connect(Prepared prepared, int rank, List<String> addresses) {
        RingListener ring = prepared.ring();
        if (ring == null) {
            throw new IllegalStateException("a rank among several must listen");
        }
        boolean encrypted = SparkEnv.get().conf().getBoolean("spark.network.crypto.enabled", false);
        return ring.connect(
                rank, addresses, secret, Duration.ofMillis((long) (plan.timeoutSeconds() * 1000)), encrypted);
    }

    private static List<String> hosts(List<String> addresses) {
        return addresses.stream()
                .map(address -> address.substring(0, address.lastIndexOf(':')))
                .toList();
    }

    private TrainedRun train(Prepared prepared, Collective collective, List<String> hosts, TaskContext context)
            throws InterruptedException {
        TrainingListener listener = collective.rank() == 0 ? new Heartbeat(steps, context) : TrainingListener.NONE;
        return new StepLoop(plan, prepared.data(), prepared.replica(), collective, hosts, listener).run();
    }

    private Examples read(Split split, long limit, int lanes, int rank) {
        return ShardCache.shared().examples(reader, data, split, limit, lanes, rank, plan.workers());
    }

    /** The address by which Spark itself reaches this executor. */
    private static String host() {
        return SparkEnv.get().blockManager().blockManagerId().host();
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
