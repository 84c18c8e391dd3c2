package io.batchscope.spark;

import io.batchscope.collective.SingleCollective;
import io.batchscope.data.Split;
import io.batchscope.plan.ClusterException;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Transport;
import io.batchscope.probe.Probes;
import io.batchscope.result.GpuMeasures;
import io.batchscope.result.ProbeRecord;
import io.batchscope.train.Checkpoint;
import io.batchscope.train.CheckpointStore;
import io.batchscope.train.Checkpointing;
import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import io.batchscope.train.Device;
import io.batchscope.train.DeviceMemoryException;
import io.batchscope.train.LinkMeasurement;
import io.batchscope.train.MachineRate;
import io.batchscope.train.RankData;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.StepLoop;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import io.batchscope.units.BatchSize;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one rank of a run does inside its Spark task. */
final class RankTask implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(RankTask.class);

    private final RunPlan plan;
    private final DataLocation data;
    private final ReplicaFactory replicas;
    private final GpuBinding gpus;
    private final MachineRate machine;
    private final byte[] secret;
    private final ShardReader reader;
    private final @Nullable HadoopCheckpoints checkpoints;
    private final LongAccumulator steps;

    /**
     * @param gpus which GPU it computes on
     * @param checkpoints where the run's checkpoints are; null: it has none
     */
    RankTask(
            RunPlan plan,
            DataLocation data,
            ReplicaFactory replicas,
            GpuBinding gpus,
            MachineRate machine,
            byte[] secret,
            ShardReader reader,
            @Nullable HadoopCheckpoints checkpoints,
            LongAccumulator steps) {
        this.plan = plan;
        this.data = data;
        this.replicas = replicas;
        this.gpus = gpus;
        this.machine = machine;
        this.secret = secret;
        this.reader = reader;
        this.checkpoints = checkpoints;
        this.steps = steps;
    }

    /**
     * Examples and network of a rank: all that can fail before the ranks meet.
     *
     * @param gpu the address of the GPU that it was given; empty: it computes on the processor
     */
    private record Prepared(RankData data, Replica replica, Checkpointing checkpointing, Optional<String> gpu)
            implements AutoCloseable {
        @Override
        public void close() {
            replica.close();
        }
    }

    /** As the only rank, in an ordinary task. */
    RankReport runAlone() throws InterruptedException {
        if (TaskContext.get().attemptNumber() > 0) {
            // Spark would start it again on its own; whether and how often is the study's matter.
            return failed(0, new CollectiveException("its executor was lost"));
        }
        try (GpuBinding.Hold gpu = gpus.take(0, TaskContext.get());
                Prepared prepared = prepare(0, gpu)) {
            return trained(prepared, new SingleCollective(), List.of(host()), TaskContext.get());
        } catch (Exception | OutOfMemoryError e) {
            return failed(0, e);
        }
    }

    /** As one of several, in a task of a barrier stage. The rank is the partition. */
    RankReport runTogether() throws InterruptedException {
        BarrierTaskContext context = BarrierTaskContext.get();
        int rank = context.partitionId();
        try (Rendezvous rendezvous = new Rendezvous(plan.transport(), context);
                GpuBinding.Hold gpu = gpus.take(rank, context);
                Prepared prepared = prepare(rank, gpu)) {
            List<Rendezvous.Place> places =
                    rendezvous.gather(host(), prepared.replica().device());
            requireOwnGpus(places);
            Duration timeout = Duration.ofMillis((long) (plan.timeoutSeconds() * 1000));
            try (Collective collective = rendezvous.connect(places, secret, timeout)) {
                List<String> hosts = places.stream().map(Rendezvous.Place::host).toList();
                return together(prepared, collective, hosts, context);
            }
        } catch (Exception | OutOfMemoryError e) {
            return failed(rank, e);
        }
    }

    /**
     * All ranks come to the same conclusion, before any of them trains.
     *
     * @throws ClusterException if more ranks compute on one GPU than may
     */
    private void requireOwnGpus(List<Rendezvous.Place> places) {
        List<RankDevice> devices = new ArrayList<>();
        for (int rank = 0; rank < places.size(); rank++) {
            Rendezvous.Place place = places.get(rank);
            if (place.device().isPresent()) {
                devices.add(new RankDevice(rank, place.host(), place.device().get()));
            }
        }
        String refusal = RankDevice.refusal(devices, gpus.ranksPerDevice());
        if (refusal != null) {
            throw new ClusterException(refusal);
        }
    }

    /** Notes a failure before closing the collective tells the others: who reports first is to blame. */
    private RankReport together(Prepared prepared, Collective collective, List<String> hosts, TaskContext context)
            throws InterruptedException {
        try {
            return trained(prepared, collective, hosts, context);
        } catch (Exception | OutOfMemoryError e) {
            return failed(collective.rank(), e);
        }
    }

    /** Trains, and looks at the machine before, meanwhile and after. */
    private RankReport trained(Prepared prepared, Collective collective, List<String> hosts, TaskContext context)
            throws InterruptedException {
        int rank = collective.rank();
        Double rate = machineRate();
        List<ProbeRecord> link = link(collective);
        try (GpuWatch watch = GpuWatch.of(context, prepared.gpu())) {
            TrainedRun run = train(prepared, collective, hosts, context).withProbeRows(link);
            GpuMeasures seen = watch.end();
            RankReport report = rank == 0 ? RankReport.of(rank, host(), run) : RankReport.agreed(rank, host());
            return report.with(best(rate, machineRate()), seen)
                    .on(prepared.replica().device());
        } catch (DeviceMemoryException e) {
            throw tooLarge(e, prepared.replica().device().map(Device::describe).orElse("GPU"));
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

    /** Outside of training time. A run must not fail because its machine cannot be measured. */
    private @Nullable Double machineRate() {
        try {
            return machine.flopsPerSecond();
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.warn("run {}: its machine's rate cannot be measured", plan.runId(), e);
            return null;
        }
    }

    /** Outside of training time, too. On the driver's barrier a sum goes round no ring, and takes too long to be repeated. */
    private List<ProbeRecord> link(Collective collective) {
        return collective.size() == 1 || plan.transport() == Transport.DRIVER
                ? List.of()
                : LinkMeasurement.of(collective).rows(plan);
    }

    /** What else runs on the machine makes it slower at one end of the run or the other. */
    private static @Nullable Double best(@Nullable Double before, @Nullable Double after) {
        return before == null || after == null ? null : (Double) Math.max(before, after);
    }

    private Prepared prepare(int rank, GpuBinding.Hold gpu) {
        RankExamples rankExamples = new RankExamples(plan, data, reader);
        RankData examples = new RankData(
                rankExamples.of(Split.TRAIN, rank),
                rankExamples.of(Split.VALIDATION, rank),
                rankExamples.of(Split.TEST, rank));
        Replica replica = replica(gpu);
        try {
            return new Prepared(
                    examples, replica, rank == 0 ? checkpointing(replica) : Checkpointing.NONE, gpu.address());
        } catch (RuntimeException | Error e) {
            replica.close();
            throw e;
        }
    }

    /** On the GPU that the task was given; until then nothing touches one. */
    private Replica replica(GpuBinding.Hold gpu) {
        try {
            return gpu.bind(replicas).create(plan.seed(), plan.microBatch());
        } catch (DeviceMemoryException e) {
            throw tooLarge(e, "GPU " + gpu.address().orElse(""));
        }
    }

    /** What to do about a network and a micro-batch that a GPU cannot hold. */
    private DeviceMemoryException tooLarge(DeviceMemoryException thrown, String gpu) {
        long share = new BatchSize(plan.largestBatch(), plan.workers(), plan.microBatch()).perWorker();
        long atOnce = Math.min(share, plan.microBatch());
        return new DeviceMemoryException("memory of " + gpu + " (a batch of " + share + " for each worker, " + atOnce
                + " at once): must hold the network and its arrays, but " + thrown.getMessage() + "; "
                + (atOnce > 1
                        ? "push fewer through at once (--set sync.micro-batch=" + atOnce / 2 + ")"
                        : "use a GPU with more memory, or a smaller network"));
    }

    private Checkpointing checkpointing(Replica replica) {
        if (checkpoints == null) {
            return Checkpointing.NONE;
        }
        try {
            CheckpointStore store = checkpoints.takeOver(plan);
            return new Checkpointing(
                    store, store.latest(plan, replica.parameterCount()).orElse(null));
        } catch (UncheckedIOException e) {
            LOG.warn("run {}: its checkpoints cannot be used ({}); it trains without", plan.runId(), e.getMessage());
            return Checkpointing.NONE;
        }
    }

    private TrainedRun train(Prepared prepared, Collective collective, List<String> hosts, TaskContext context)
            throws InterruptedException {
        TrainingListener listener = collective.rank() == 0 ? new Heartbeat(steps, context) : TrainingListener.NONE;
        Checkpoint from = prepared.checkpointing().from();
        if (from != null) {
            steps.add(from.step());
        }
        return new StepLoop(
                        plan,
                        prepared.data(),
                        prepared.replica(),
                        collective,
                        hosts,
                        listener,
                        prepared.checkpointing())
                .run(Probes.of(plan, data.manifest().shape(), data.manifest().outputs()));
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
