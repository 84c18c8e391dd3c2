package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.data.Batch;
import io.batchscope.nn.Model;
import io.batchscope.nn.Models;
import io.batchscope.plan.ClusterException;
import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.StudyConfig.SourceConfig;
import io.batchscope.plan.StudyConfig.SyntheticConfig;
import io.batchscope.plan.Task;
import io.batchscope.result.Outcome;
import io.batchscope.testing.ForwardingReplica;
import io.batchscope.testing.LocalSpark;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.train.Device;
import io.batchscope.train.DeviceMemoryException;
import io.batchscope.train.MachineRate;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Workers of a local master and their GPUs, with replicas that compute on the processor and name the device they were given. */
@Timeout(120)
class GpuTrainingTest {
    private static final List<String> ADDRESSES = List.of("0", "1", "2");

    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    static Path directory;

    private static DataLocation data;
    private static Model model;

    @BeforeAll
    static void prepare() {
        SourceConfig source = new SourceConfig(
                "synthetic",
                List.of(),
                List.of(),
                Optional.empty(),
                Task.CLASSIFICATION,
                0.1,
                0.1,
                4,
                1,
                Optional.of(new SyntheticConfig(400, 6, 3, 0.5)));
        String path = directory.resolve("data").toString();
        DataPreparer.prepare(spark.session(), PreparationRequest.of(source, "test"), path);
        data = DataLocation.open(spark.session().sparkContext().hadoopConfiguration(), path);
        model = Models.load(new Catalog("mlp", List.of(8), "relu"), List.of(6), Task.CLASSIFICATION, 3);
    }

    /**
     * Makes replicas that say where they are.
     *
     * @param uuids by address
     * @param most examples that a device holds at once
     */
    private record OnDevices(ReplicaFactory inner, Map<String, String> uuids, int most, String address)
            implements ReplicaFactory {
        @Override
        public ReplicaFactory onGpu(String given) {
            return new OnDevices(inner, uuids, most, given);
        }

        @Override
        public Replica create(long seed, int microBatch) {
            String uuid = uuids.get(address);
            if (uuid == null) {
                throw new IllegalStateException("no GPU has the address '" + address + "'");
            }
            return new OnDevice(inner.create(seed, microBatch), new Device(address, uuid, "Sample GPU"), most);
        }
    }

    private static final class OnDevice extends ForwardingReplica {
        private final Device device;
        private final int most;

        OnDevice(Replica replica, Device device, int most) {
            super(replica);
            this.device = device;
            this.most = most;
        }

        @Override
        public Optional<Device> device() {
            return Optional.of(device);
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            if (batch.size() > most) {
                throw new DeviceMemoryException("CUDA refused memory for " + batch.size() + " examples");
            }
            return super.gradient(batch, weight, add, into);
        }
    }

    private static OnDevices devices(String... uuids) {
        return new OnDevices(model.replicas(), Map.of("0", uuids[0], "1", uuids[1], "2", uuids[2]), 1000, "");
    }

    private static GpuTasks tasks(int ranksPerDevice) {
        return GpuTasks.local(spark.session(), ADDRESSES, ranksPerDevice);
    }

    private static RunPlans plans(int workers) {
        return RunPlans.sgd(Task.CLASSIFICATION, data.manifest().facts().trainExamples(), 32, 5, 0.05)
                .withMicroBatch(16)
                .withWorkers(workers);
    }

    private static TrainedRun train(ReplicaFactory replicas, GpuTasks tasks, int workers) {
        return new SparkTrainingEngine(spark.session(), data, replicas, tasks, MachineRate.NONE, null)
                .train(plans(workers).plan(), TrainingListener.NONE);
    }

    @Test
    void everyRankComputesOnTheGpuOfItsNumber() {
        TrainedRun run = train(devices("GPU-a", "GPU-b", "GPU-c"), tasks(1), 3);

        assertThat(run.outcome()).isEqualTo(new Outcome.Completed());
        String host = run.hosts().get(0);
        assertThat(run.gpu().gpuDevices())
                .isEqualTo("rank 0: " + host + " GPU 0 (Sample GPU, GPU-a); rank 1: " + host
                        + " GPU 1 (Sample GPU, GPU-b); rank 2: " + host + " GPU 2 (Sample GPU, GPU-c)");
        assertThat(train(devices("GPU-a", "GPU-b", "GPU-c"), tasks(1), 1).gpu().gpuDevices())
                .isEqualTo("rank 0: " + host + " GPU 0 (Sample GPU, GPU-a)");
    }

    @Test
    void whatComputesOnProcessorsNamesNoGpu() {
        TrainedRun processors = new SparkTrainingEngine(spark.session(), data, model.replicas())
                .train(plans(2).plan(), TrainingListener.NONE);
        TrainedRun devices = train(devices("GPU-a", "GPU-b", "GPU-c"), tasks(1), 2);

        assertThat(processors.gpu().gpuDevices()).isNull();
        assertThat(TrainedParameters.of(devices)).isEqualTo(TrainedParameters.of(processors));
    }

    @Test
    void twoRanksOnOneGpuDoNotTrainUnlessThatIsAllowed() {
        OnDevices same = devices("GPU-a", "GPU-a", "GPU-c");

        TrainedRun refused = train(same, tasks(1), 2);

        assertThat(refused.outcome()).isInstanceOf(Outcome.Failed.class);
        assertThat(refused.steps()).isZero();
        assertThat(refused.outcome().detail())
                .contains("ranks 0, 1 on ", " GPU 0 (Sample GPU, GPU-a): each must have a GPU of its own")
                .contains("(study.gpu.ranks-per-device is 1), but Spark gave this one to 2; ");
        assertThat(train(same, tasks(2), 2).outcome()).isEqualTo(new Outcome.Completed());
    }

    @Test
    void theSurveyRefusesThemBeforeAnyRun() {
        assertThatThrownBy(() -> GpuSurvey.of(spark.session(), tasks(1), devices("GPU-a", "GPU-b", "GPU-b"), 3))
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith("ranks 1, 2 on ")
                .hasMessageContaining("--set gpu.ranks-per-device=2");
        assertThat(GpuSurvey.of(spark.session(), tasks(1), devices("GPU-a", "GPU-b", "GPU-b"), 2))
                .extracting(RankDevice::device)
                .extracting(Device::uuid)
                .containsExactly("GPU-a", "GPU-b");
    }

    @Test
    void theSurveyNamesTheWorkerWhoseGpuDoesNotWork() {
        OnDevices one = new OnDevices(model.replicas(), Map.of("0", "GPU-a"), 1000, "");

        assertThatThrownBy(() -> GpuSurvey.of(spark.session(), tasks(1), one, 2))
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith("GPU of rank 1 (executor driver on ")
                .hasMessageContaining("): must hold a replica of the network, but no GPU has the address '1'; ");
    }

    @Test
    void aGpuThatIsTooSmallEndsTheRunWithWhatToDo() {
        OnDevices small = new OnDevices(
                model.replicas(), devices("GPU-a", "GPU-b", "GPU-c").uuids(), 15, "");

        Outcome outcome = train(small, tasks(1), 2).outcome();

        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertThat(outcome.detail())
                .matches(
                        "rank [01] on .*: memory of GPU [01] \\(Sample GPU, GPU-[ab]\\) \\(a batch of 16 for each worker,"
                                + " 16 at once\\): must hold the network and its arrays, but CUDA refused memory for 16 examples;"
                                + " push fewer through at once \\(--set sync.micro-batch=8\\)");
    }

    @Test
    void thereAreNoMoreSlotsThanGpus() {
        assertThat(tasks(1).presentSlots()).isEqualTo(3);
        assertThat(GpuTasks.local(spark.session(), List.of("0"), 1).presentSlots())
                .isEqualTo(1);
        assertThat(GpuTasks.local(spark.session(), List.of("0"), 2).presentSlots())
                .isEqualTo(2);
        assertThat(GpuTasks.areGiven(spark.session())).isFalse();
        assertThat(GpuTasks.onProcessors(spark.session()).assignments(address -> address))
                .isEmpty();
        assertThat(tasks(1).assignments(address -> "GPU " + address))
                .satisfiesExactly(
                        first -> assertThat(first).endsWith(": GPU 0"),
                        second -> assertThat(second).endsWith(": GPU 1"),
                        third -> assertThat(third).endsWith(": GPU 2"));
    }
}
