package io.batchscope.benchmark;

import io.batchscope.benchmark.LossTraining.Trained;
import io.batchscope.spark.SparkSessions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Seconds to the same training loss for the same dense network on Fashion-MNIST, on the two cores of an embedded Spark;
 * {@code same-loss.sh} calls it.
 */
@Command(name = "same-loss")
public final class SameLoss implements Callable<Integer> {
    @Option(names = "--target", defaultValue = "0.4")
    private double target;

    @Option(names = "--hidden", defaultValue = "64")
    private int hidden;

    @Option(names = "--runs", defaultValue = "3")
    private int runs;

    @Option(names = "--batch", defaultValue = "128")
    private int batch;

    @Option(names = "--rate", defaultValue = "0.1")
    private double rate;

    @Option(names = "--averaging-frequency", defaultValue = "10")
    private int averagingFrequency;

    @Option(names = "--contenders", split = ",", defaultValue = "batchscope,mllib,dl4j")
    private List<String> contenders;

    @Option(names = "--data", required = true)
    private Path data;

    /** Ends with 0 even where a contender could not take part: the table says so. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SameLoss()).execute(arguments));
    }

    @Override
    public Integer call() {
        try (SparkSession spark = SparkSessions.open(60)) {
            TrainingSet examples = TrainingSet.prepare(spark, data);
            DenseNetwork network = new DenseNetwork(examples.featureCount(), hidden, examples.classes());
            LossProblem problem = new LossProblem(network, examples.all(), target);
            List<String> lines = new ArrayList<>(List.of(
                    "| contender | settings | training | loss | seconds (min–max) |", "|---|---|---:|---:|---:|"));
            for (String contender : contenders) {
                lines.add(row(problem, training(contender, spark, examples, network), contender));
            }
            System.out.printf(
                    Locale.ROOT,
                    "Seconds until the mean cross-entropy over all %,d training images is at most %s, network %d-%d-%d,"
                            + " median of %d:%n%n",
                    examples.size(),
                    target,
                    network.inputs(),
                    hidden,
                    network.outputs(),
                    runs);
            lines.forEach(System.out::println);
        }
        return 0;
    }

    private Supplier<LossTraining> training(
            String contender, SparkSession spark, TrainingSet examples, DenseNetwork network) {
        return switch (contender) {
            case "batchscope" -> () -> new BatchscopeTraining(spark, examples, network, batch, rate);
            case "mllib" -> () -> new MllibTraining(spark, examples, network);
            case "dl4j" -> () -> new AveragingTraining(spark, examples, network, batch / 2, averagingFrequency, rate);
            default ->
                throw new IllegalArgumentException("contender " + contender
                        + " (--contenders): must be one of batchscope, mllib, dl4j; name one of them");
        };
    }

    private String row(LossProblem problem, Supplier<LossTraining> prepared, String contender) {
        System.err.println("training " + contender);
        try (LossTraining training = prepared.get()) {
            int amount = training.enough(problem);
            double[] seconds = new double[runs];
            double[] losses = new double[runs];
            for (int run = 0; run < runs; run++) {
                Trained trained = training.train(amount);
                seconds[run] = trained.seconds();
                losses[run] = problem.loss(trained.parameters());
                System.err.printf(Locale.ROOT, "  %.2f s, loss %.4f%n", seconds[run], losses[run]);
            }
            return String.format(
                    Locale.ROOT,
                    "| %s | %s | %d %s | %.4f | %s |",
                    training.title(),
                    training.settings(),
                    amount,
                    training.unit(),
                    Spread.of(losses).most(),
                    Spread.of(seconds).text());
        } catch (RuntimeException | LinkageError e) {
            e.printStackTrace();
            return "| " + contender + " | – | – | – | left out: "
                    + e.toString().lines().findFirst().orElse("") + " |";
        }
    }
}
