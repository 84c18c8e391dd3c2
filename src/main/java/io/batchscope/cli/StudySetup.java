package io.batchscope.cli;

import io.batchscope.analysis.NumberText;
import io.batchscope.config.LoadedConfig;
import io.batchscope.data.DataException;
import io.batchscope.data.Manifest;
import io.batchscope.nn.Backend;
import io.batchscope.nn.Model;
import io.batchscope.nn.Models;
import io.batchscope.plan.ClusterException;
import io.batchscope.plan.ClusterFacts;
import io.batchscope.plan.Planner;
import io.batchscope.plan.ReplicaFacts;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyConfig;
import io.batchscope.plan.StudyConfig.SourceConfig;
import io.batchscope.plan.StudyPlan;
import io.batchscope.spark.DataLocation;
import io.batchscope.spark.DataPreparer;
import io.batchscope.spark.GpuSurvey;
import io.batchscope.spark.GpuTasks;
import io.batchscope.spark.ManifestFile;
import io.batchscope.spark.NamedDataSets;
import io.batchscope.spark.PreparationRequest;
import io.batchscope.spark.RankDevice;
import io.batchscope.spark.SparkSessions;
import io.batchscope.study.WorkerMemory;
import io.batchscope.train.ReplicaFactory;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * Everything a study needs before its first step: data (made ready if it is not there), model and plan.
 *
 * @param slots workers that can train at the same time
 * @param gpus the tasks of these workers, and what they train on
 * @param devices the GPU of each of as many workers as train at the same time; none where they compute on processors
 * @param memory what a worker needs and has
 */
record StudySetup(
        LoadedConfig loaded,
        DataLocation data,
        Model model,
        StudyPlan plan,
        int slots,
        GpuTasks gpus,
        List<RankDevice> devices,
        WorkerMemory memory) {
    StudySetup {
        devices = List.copyOf(devices);
    }

    static StudySetup of(SparkSession session, LoadedConfig loaded) {
        String problem = Backend.problem();
        if (problem != null) {
            throw new ClusterException(problem);
        }
        StudyConfig config = loaded.config();
        DataLocation data = data(session, config);
        Manifest manifest = data.manifest();
        Model model = Models.load(config.model(), manifest.shape(), manifest.task(), manifest.outputs());
        int slots = SparkSessions.slots(session);
        Gpus found = Gpus.of(session, slots, model, config);
        ReplicaFacts facts = Replicas.facts(session, slots, model, config.replica(), found.facts());
        StudyPlan draft = Planner.plan(config, manifest.facts(), model.facts(), new ClusterFacts(slots), facts);
        boolean onGpus = draft.replica().kind() == ReplicaKind.CUDA;
        GpuTasks gpus = onGpus ? found.tasks() : GpuTasks.onProcessors(session);
        int workers = onGpus ? found.facts().slots() : slots;
        ReplicaFactory replicas =
                Replicas.of(model, draft.replica().kind(), config.gpu().tf32());
        List<RankDevice> devices = onGpus ? GpuSurvey.of(session, gpus, replicas, atOnce(draft, workers)) : List.of();
        MemorySurvey survey = MemorySurvey.of(session, slots, gpus, replicas, config.sync(), draft, model, manifest);
        StudyPlan plan = survey.settledPlan();
        Optional<String> threads = MathThreads.of(session.sparkContext().conf())
                .notice(plan.replica().kind());
        return new StudySetup(
                loaded, data, model, threads.map(plan::with).orElse(plan), workers, gpus, devices, survey.memory());
    }

    /**
     * The most workers that train at the same time: runs of one go side by side, those of several and Deeplearning4j's one
     * after the other.
     *
     * @param slots workers that can train at the same time
     */
    static int atOnce(StudyPlan draft, int slots) {
        int alone = (int)
                draft.stepLoopRuns().stream().filter(run -> run.workers() == 1).count();
        int together = draft.runs().stream().mapToInt(RunPlan::workers).max().orElse(1);
        return Math.max(together, Math.min(slots, alone));
    }

    /** How many runs of one worker are trained at the same time. */
    int runsAtOnce() {
        return loaded.config().order().atOnce(slots);
    }

    /** Makes the replicas that the plan decided on. */
    ReplicaFactory replicas() {
        return replicas(plan.replica().kind());
    }

    /** Makes those of one kind. */
    ReplicaFactory replicas(ReplicaKind kind) {
        return Replicas.of(model, kind, loaded.config().gpu().tf32());
    }

    /** Which GPUs workers train on: a line for people for each, none where they compute on processors. */
    String gpuLines() {
        boolean ranks = plan.runs().stream().anyMatch(run -> run.workers() > 1);
        return devices.stream()
                .map(device ->
                        String.format(Locale.ROOT, "%-10s %s%n", "gpu", ranks ? device.describe() : device.where()))
                .distinct()
                .collect(Collectors.joining());
    }

    /** What computes the gradients, and why: a line for people. */
    String replicaLine() {
        return String.format(
                Locale.ROOT, "%-10s %s%n", "replica", plan.replica().describe());
    }

    /** What a worker has, and the most that one needs: a line for people. */
    String memoryLine() {
        if (plan.stepLoopRuns().isEmpty()) {
            return "a worker may use " + memory.budget().describe()
                    + "; what Deeplearning4j's own modes need is not known";
        }
        long need = plan.stepLoopRuns().stream().mapToLong(memory::bytes).max().orElse(0);
        int microBatch =
                plan.stepLoopRuns().stream().mapToInt(RunPlan::microBatch).max().orElse(0);
        return "a worker may use " + memory.budget().describe() + " and needs up to " + NumberText.bytes(need)
                + " with a micro-batch of " + microBatch;
    }

    private static DataLocation data(SparkSession session, StudyConfig config) {
        Configuration hadoop = session.sparkContext().hadoopConfiguration();
        String path = config.data().path();
        if (!ManifestFile.exists(hadoop, path)) {
            SourceConfig source = config.data()
                    .source()
                    .orElseThrow(() -> new DataException("data set '" + path
                            + "' (study.data.path): there is none; make it with 'data prepare', or say in study.data"
                            + " with format and input what to make it from"));
            System.err.println(
                    "data: preparing " + path + " from " + source.format() + " " + String.join(", ", source.input()));
            long start = System.nanoTime();
            Manifest made = DataPreparer.prepare(
                    session, NamedDataSets.resolve(PreparationRequest.of(source, config.name()), hadoop, path), path);
            System.err.printf(
                    "data: %,d training examples ready in %.1f s%n",
                    made.facts().trainExamples(), (System.nanoTime() - start) / 1e9);
        }
        return DataLocation.open(hadoop, path);
    }
}
