package io.batchscope.benchmark;

import io.batchscope.collective.SingleCollective;
import io.batchscope.config.ConfigLoader;
import io.batchscope.data.Examples;
import io.batchscope.nn.Model;
import io.batchscope.plan.ClusterFacts;
import io.batchscope.plan.DataFacts;
import io.batchscope.plan.Planner;
import io.batchscope.plan.ReplicaFacts;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.train.RankData;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.StepLoop;
import io.batchscope.train.TrainingListener;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What measuring gradients on the way costs: the same run with {@code measure} as a study has it and without, in turn, in one
 * process; {@code measuring.sh} calls it.
 */
@Command(name = "measuring")
public final class Measuring implements Callable<Integer> {
    private static final int EXAMPLES = 16_384;
    private static final int MICRO_BATCH = 1024;

    @Option(names = "--models", split = ",", defaultValue = "mlp,cnn")
    private List<String> models = List.of();

    @Option(names = "--batches", split = ",", defaultValue = "1,8,32,128,512,1024,4096,16384")
    private List<Integer> batches = List.of();

    @Option(names = "--rounds", defaultValue = "9")
    private int rounds;

    @Option(names = "--seconds-per-run", defaultValue = "2")
    private double secondsPerRun;

    /** Ends with 0, or with 2 for arguments that cannot be. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Measuring()).execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        System.out.println(
                "| model | batch | updates a run | norms every | noise every | measured over plain, median (least to most) |");
        System.out.println("|---|---:|---:|---:|---:|---|");
        for (String name : models) {
            Workload workload = Workload.of(name);
            Model model = workload.model();
            ReplicaFactory replicas = Contender.asAStudyWould(model);
            Examples examples = RandomBytes.of(workload, EXAMPLES, 1);
            for (int batch : batches) {
                if (workload == Workload.MLP || batch <= 1024) {
                    row(workload, model, replicas, examples, batch);
                }
            }
        }
        return 0;
    }

    private void row(Workload workload, Model model, ReplicaFactory replicas, Examples examples, int batch)
            throws InterruptedException {
        // Compiles what there is to compile, and tells how long a step takes.
        double step = seconds(plan(model, batch, batch > 1024 ? 10 : 100, "auto"), examples, replicas)
                / (batch > 1024 ? 10 : 100);
        // Long enough that the distances are those of long runs, which are the cheap ones.
        long apart =
                plan(model, batch, 10_000_000 / batch + 40, "auto").measures().normsEvery();
        long steps = Math.max(33 * Math.min(apart, 600), Math.round(secondsPerRun / step));
        RunPlan measured = plan(model, batch, steps, "auto");
        RunPlan plain = plan(model, batch, steps, "never");
        double[] ratios = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            boolean first = round % 2 == 0;
            double before = seconds(first ? measured : plain, examples, replicas);
            double after = seconds(first ? plain : measured, examples, replicas);
            ratios[round] = first ? before / after : after / before;
        }
        Arrays.sort(ratios);
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %d | %d | %d | %.3f (%.3f to %.3f) |%n",
                workload.label(),
                batch,
                measured.plannedSteps(),
                measured.measures().normsEvery(),
                measured.measures().noiseEvery(),
                ratios[rounds / 2],
                ratios[0],
                ratios[rounds - 1]);
    }

    private static RunPlan plan(Model model, int batch, long steps, String measure) {
        List<String> settings = List.of(
                "name=measuring",
                "data.path=memory",
                "batch-sizes=[" + batch + "]",
                "budget.steps=" + steps,
                "evaluation.every=100 %",
                "evaluation.max-step-rows=1000000",
                "learning-rate.base=1e-4",
                "learning-rate.scaling=none",
                "sync.workers=1",
                "sync.micro-batch=" + MICRO_BATCH,
                "measure.norms-every=" + measure,
                "measure.noise-every=" + measure);
        return Planner.plan(
                        ConfigLoader.of(settings),
                        new DataFacts(
                                "random",
                                Task.CLASSIFICATION,
                                EXAMPLES,
                                0,
                                0,
                                model.facts().inputs(),
                                Workload.CLASSES),
                        model.facts(),
                        new ClusterFacts(1),
                        ReplicaFacts.FUSED)
                .runs()
                .get(0);
    }

    private static double seconds(RunPlan plan, Examples examples, ReplicaFactory replicas)
            throws InterruptedException {
        ArrayExamples none = new ArrayExamples(List.of(), List.of());
        try (Replica replica = replicas.create(1, plan.microBatch())) {
            return new StepLoop(
                            plan,
                            new RankData(examples, none, none),
                            replica,
                            new SingleCollective(),
                            List.of(),
                            TrainingListener.NONE)
                    .run()
                    .trainSeconds();
        }
    }
}
