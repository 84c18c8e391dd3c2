package io.batchscope.cli;

import io.batchscope.config.ConfigLoader;
import io.batchscope.config.LoadedConfig;
import io.batchscope.nn.Backend;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.spark.SparkSessions;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what is here, what a study will find, and what to change. */
@Command(
        name = "doctor",
        description = "Shows Java, Spark, backend, threads, slots, GPUs and memory, and says what to change.")
final class DoctorCommand implements Callable<Integer> {
    private static final int MIB = 1 << 20;

    @Parameters(index = "0", arity = "0..1", paramLabel = "CONF", description = "Also checks this study.")
    private @Nullable Path configuration;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Overrides a setting of CONF.")
    private List<String> sets = new ArrayList<>();

    private final List<String> changes = new ArrayList<>();

    @Override
    public Integer call() {
        LoadedConfig loaded = configuration == null ? null : ConfigLoader.load(configuration, sets);
        int ranksPerDevice = loaded == null ? 1 : loaded.config().gpu().ranksPerDevice();
        SparkSession session = SparkSessions.open(SparkSessions.DEFAULT_TIMEOUT_SECONDS, ranksPerDevice);
        try {
            java();
            spark(session);
            backend();
            fused(session);
            changes.addAll(DoctorGpus.look(session, ranksPerDevice, DoctorCommand::say));
            if (loaded != null) {
                study(session, loaded);
            }
            changes.forEach(change -> say("change", change));
            if (changes.isEmpty()) {
                say("change", "nothing");
            }
            return ExitCode.DONE;
        } finally {
            session.stop();
        }
    }

    private static void say(String topic, String text) {
        System.out.printf(Locale.ROOT, "%-10s %s%n", topic, text);
    }

    private void java() {
        say("batchscope", BuildInfo.version() + " (" + BuildInfo.commit() + ")");
        say("java", System.getProperty("java.version") + ", " + System.getProperty("java.vendor"));
        say(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                        + Runtime.getRuntime().availableProcessors() + " cores");
        long heap = Runtime.getRuntime().maxMemory() / MIB;
        say("memory", "driver heap up to " + heap + " MiB, of " + physicalMemory() / MIB + " MiB in the machine");
        if (Runtime.version().feature() != 17) {
            changes.add("run on Java 17: Spark 3.5 is tested there and no later");
        }
    }

    private static long physicalMemory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }

    private void spark(SparkSession session) {
        SparkConf conf = session.sparkContext().getConf();
        say(
                "spark",
                session.version() + ", Scala " + scala.util.Properties.versionNumberString() + ", master "
                        + session.sparkContext().master());
        int slots = SparkSessions.slots(session);
        say("slots", slots + " tasks at once (" + conf.get("spark.task.cpus", "1") + " core a task)");
        if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
            changes.add("spark.dynamicAllocation.enabled: must be false, runs of several workers are barrier stages");
        }
        if (conf.getBoolean("spark.speculation", false)) {
            changes.add("spark.speculation: must be false, a rank must run exactly once");
        }
    }

    private void backend() {
        String problem = Backend.problem();
        if (problem != null) {
            say("backend", "none: no model can be loaded");
            changes.add(problem);
            return;
        }
        say("backend", Backend.describe());
        if (!Backend.isOptimal()) {
            changes.add("the processor has newer instructions than the native library was built for; build with"
                    + " -Dnd4j.classifier=" + Backend.suitableClassifier() + " and compare");
        }
    }

    private void fused(SparkSession session) {
        int slots = SparkSessions.slots(session);
        String notLoaded = Replicas.notLoaded(session, slots);
        say(
                "fused",
                notLoaded == null
                        ? Replicas.fusedBackends(session, slots) + ": the native library loads here"
                        : notLoaded);
        if (notLoaded != null) {
            changes.add("replica fused (executors): needs its native library on every one, but " + notLoaded
                    + "; without it every model trains on dl4j, which is slower");
        }
        MathThreads threads = MathThreads.of(session.sparkContext().conf());
        say("threads", threads.describe());
        String variable = threads.variable();
        if (variable != null && !variable.isBlank() && !variable.equals("1")) {
            changes.add("OMP_NUM_THREADS: set it to 1 where several workers share a machine; it is " + variable);
        }
        if (notLoaded == null) {
            threads.notice(ReplicaKind.FUSED).ifPresent(changes::add);
        }
    }

    private void study(SparkSession session, LoadedConfig loaded) {
        StudySetup setup = StudySetup.of(session, loaded);
        say(
                "study",
                setup.plan().study() + ": " + setup.plan().runs().size() + " runs on up to "
                        + setup.plan().runs().stream()
                                .mapToInt(run -> run.workers())
                                .max()
                                .orElse(0) + " workers");
        var manifest = setup.data().manifest();
        say(
                "data",
                setup.data().path() + ": " + manifest.facts().trainExamples() + " training examples of "
                        + manifest.features() + " features");
        say(
                "model",
                setup.model().facts().description() + ", "
                        + String.format(
                                Locale.ROOT, "%,d", setup.model().facts().parameterCount()) + " parameters");
        say("budget", setup.memoryLine());
        System.out.print(setup.replicaLine() + setup.gpuLines());
        setup.plan().notices().stream()
                .filter(notice -> !changes.contains(notice))
                .forEach(notice -> say("note", notice));
    }
}
