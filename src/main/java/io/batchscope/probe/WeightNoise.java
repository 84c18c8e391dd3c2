package io.batchscope.probe;

import io.batchscope.data.Gaussian;
import io.batchscope.data.Split;
import io.batchscope.data.SplitMix;
import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.Task;
import io.batchscope.train.Evaluator;
import io.batchscope.train.Probe;
import io.batchscope.train.Replica;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.jspecify.annotations.Nullable;

/**
 * Loss and accuracy on the test split with parameters wᵢ·(1 + σ·εᵢ), ε standard normal: average-case sharpness that does not
 * change when a layer is scaled up and the next one down (Andriushchenko et al. 2023, δ ~ N(0, σ²·diag(w²))). Where
 * the gradient is 0, the loss grows in the mean by ½σ²·Σ wᵢ²·Hᵢᵢ, up to terms of higher order, with H the Hessian of the mean
 * loss. Held parameters (running statistics, frozen layers) stay as they are. The draws follow from the run's seed, so they are
 * the same for all batch sizes of a seed and any number of workers; each is used with every σ.
 *
 * @param sigmas σ, each above 0
 * @param draws of ε, at least 2
 */
record WeightNoise(List<Double> sigmas, int draws) implements Probe {
    /** Keeps its stream apart from others of the same seed. */
    private static final long STREAM = 0x77656967687473L;

    WeightNoise {
        sigmas = List.copyOf(sigmas);
    }

    static WeightNoise usual() {
        return new WeightNoise(List.of(0.05, 0.1, 0.2), 5);
    }

    @Override
    public ProbeKind kind() {
        return ProbeKind.WEIGHT_NOISE;
    }

    @Override
    public List<Measurement> measure(Trained trained) {
        Evaluator evaluator = trained.evaluator();
        Replica.Score clean = evaluator.score(Split.TEST);
        if (clean.examples() == 0) {
            return List.of();
        }
        float[] noise = new float[trained.parameters().values().length];
        float[] noisy = new float[noise.length];
        List<Averages> averages = sigmas.stream().map(sigma -> new Averages()).toList();
        for (int draw = 0; draw < draws; draw++) {
            fill(noise, trained, draw);
            for (int i = 0; i < sigmas.size(); i++) {
                disturb(trained.parameters().values(), noise, sigmas.get(i), noisy);
                trained.replica().writeParameters(noisy);
                averages.get(i).add(evaluator.score(Split.TEST));
            }
        }
        List<Measurement> measured = new ArrayList<>();
        for (int i = 0; i < sigmas.size(); i++) {
            measured.addAll(averages.get(i).measurements(trained, sigmas.get(i), clean));
        }
        return measured;
    }

    private static void fill(float[] noise, Trained trained, int draw) {
        Gaussian gaussian = new Gaussian(
                new SplitMix(SplitMix.mix(SplitMix.mix(trained.plan().seed() + STREAM) + draw)));
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) gaussian.next();
        }
        for (Replica.Range held : trained.replica().heldParameters()) {
            Arrays.fill(noise, held.from(), held.to(), 0f);
        }
    }

    private static void disturb(float[] parameters, float[] noise, double sigma, float[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] = (float) (parameters[i] * (1 + sigma * noise[i]));
        }
    }

    /** What the draws gave with one σ. */
    private final class Averages {
        private final SummaryStatistics loss = new SummaryStatistics();
        private final SummaryStatistics accuracy = new SummaryStatistics();

        void add(Replica.Score score) {
            loss.addValue(score.loss());
            accuracy.addValue(score.accuracy());
        }

        List<Measurement> measurements(Trained trained, double sigma, Replica.Score clean) {
            String settings = "{\"split\":\"test\",\"sigma\":" + sigma + ",\"draws\":" + draws + "}";
            List<Measurement> measured = new ArrayList<>();
            Double lossError = standardError(loss);
            measured.add(new Measurement("loss_sigma_" + sigma, loss.getMean(), lossError, settings));
            measured.add(new Measurement(
                    "loss_increase_sigma_" + sigma, loss.getMean() - clean.loss(), lossError, settings));
            if (trained.plan().task() == Task.CLASSIFICATION) {
                Double error = standardError(accuracy);
                measured.add(new Measurement("accuracy_sigma_" + sigma, accuracy.getMean(), error, settings));
                measured.add(new Measurement(
                        "accuracy_drop_sigma_" + sigma, clean.accuracy() - accuracy.getMean(), error, settings));
            }
            return measured;
        }

        private static @Nullable Double standardError(SummaryStatistics values) {
            double error = values.getStandardDeviation() / Math.sqrt(values.getN());
            return Double.isFinite(error) ? Double.valueOf(error) : null;
        }
    }
}
