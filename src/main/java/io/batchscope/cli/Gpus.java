package io.batchscope.cli;

import io.batchscope.fused.cuda.CudaBackend;
import io.batchscope.nn.Compilation;
import io.batchscope.nn.Model;
import io.batchscope.plan.CudaFacts;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.StudyConfig;
import io.batchscope.spark.ExecutorSurvey;
import io.batchscope.spark.GpuTasks;
import io.batchscope.train.Device;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * The GPUs that workers of a study can have.
 *
 * @param facts what the planner needs to know
 * @param tasks those of workers with a GPU; of workers without one where there are none
 */
record Gpus(CudaFacts facts, GpuTasks tasks) {
    /** CUDA finds a GPU by its UUID whichever of the machine's it is shown; by its number only where it is shown all. */
    private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";

    /**
     * Asks Spark and, where it gives out GPUs or the study asks for them, the executors. The driver needs no GPU and no CUDA,
     * unless it is the executor.
     *
     * @param slots tasks that can run at the same time
     */
    static Gpus of(SparkSession session, int slots, Model model, StudyConfig config) {
        boolean asked = config.replica().equals(Optional.of(ReplicaKind.CUDA));
        boolean given = GpuTasks.areGiven(session);
        boolean local = session.sparkContext().isLocal();
        boolean wanted = asked || (config.replica().isEmpty() && given);
        if (!wanted || (!given && !local)) {
            return none(session, CudaFacts.NO_GPUS);
        }
        String notCompiled = model.compilation() instanceof Compilation.NotCompiled refused ? refused.reason() : null;
        String notLoaded = notCompiled == null ? notLoaded(session, slots) : null;
        if (notCompiled != null || notLoaded != null) {
            return none(session, new CudaFacts(notCompiled, null, notLoaded, 0));
        }
        GpuTasks tasks = tasks(session, config.gpu().ranksPerDevice());
        return new Gpus(new CudaFacts(null, null, null, tasks.presentSlots()), tasks);
    }

    private static Gpus none(SparkSession session, CudaFacts facts) {
        return new Gpus(facts, GpuTasks.onProcessors(session));
    }

    /** Where CUDA can be used: what Spark gives, or on a local master what CUDA sees. */
    static GpuTasks tasks(SparkSession session, int ranksPerDevice) {
        return session.sparkContext().isLocal()
                ? GpuTasks.local(session, localAddresses(CudaBackend.devices(), System.getenv(VISIBLE)), ranksPerDevice)
                : GpuTasks.given(session, ranksPerDevice);
    }

    /** @param visible what {@link #VISIBLE} says; null: nothing */
    static List<String> localAddresses(List<Device> devices, @Nullable String visible) {
        boolean hidden = visible != null && !visible.isBlank();
        return devices.stream()
                .map(device -> hidden ? device.uuid() : device.address())
                .toList();
    }

    /** Which executors cannot use CUDA, and why; null if all can. */
    static @Nullable String notLoaded(SparkSession session, int slots) {
        List<String> problems = ExecutorSurvey.askEach(session, slots, CudaBackend::problem);
        return problems.isEmpty() ? null : String.join("; ", problems);
    }

    /** The GPU that an address means to CUDA in this JVM, for people. */
    static String describe(String address) {
        if (CudaBackend.problem() != null) {
            return "GPU " + address;
        }
        return CudaBackend.devices().stream()
                .filter(device -> device.uuid().startsWith(address)
                        || localAddresses(List.of(device), System.getenv(VISIBLE))
                                .contains(address))
                .findFirst()
                .map(device -> new Device(address, device.uuid(), device.name()).describe())
                .orElse("GPU " + address);
    }

    /** CUDA and cuDNN on the executors, in one line; only where all can use them. */
    static String backends(SparkSession session, int slots) {
        return ExecutorSurvey.ask(session, slots, CudaBackend::describe).stream()
                .collect(Collectors.joining("; "));
    }
}
