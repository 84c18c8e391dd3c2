package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.regression.SimpleRegression;
import org.jspecify.annotations.Nullable;

/**
 * Whether batch sizes that are powers of two are faster than their neighbours. Time of a step is a straight line in the batch
 * size over a short way, so the least-squares line through the neighbours that are no powers of two, of the same seed, says
 * what a step at the power would take if that were a size like any other. Runs of a seed are paired, so that what slows all
 * of them falls out; the interval is that of the mean over seeds of ln(time by the line / time measured), a paired
 * t-interval (Student 1908). Only runs with the number of workers that most runs have are compared.
 *
 * @param powers that have neighbours on both sides, ascending
 * @param neighbours of all of them, less than a factor √2 away, ascending
 * @param logRatio of each power, over seeds, positive where the power is faster
 * @param together the mean over the powers of each seed that has all of them, over seeds
 */
public record PowersOfTwo(
        List<Long> powers, List<Long> neighbours, Map<Long, Estimate> logRatio, @Nullable Estimate together) {
    private static final double NEAR = Math.sqrt(2);

    public PowersOfTwo {
        powers = List.copyOf(powers);
        neighbours = List.copyOf(neighbours);
        logRatio = Map.copyOf(logRatio);
    }

    /** What the reference's runs show; nothing of powers without neighbours on both sides. */
    public static PowersOfTwo of(StudyTables all) {
        StudyTables tables = Variants.of(all.runs()).ofReference(all);
        Map<Long, SortedMap<Long, Double>> bySeed = stepSeconds(tables);
        SortedSet<Long> powers = new TreeSet<>();
        SortedSet<Long> neighbours = new TreeSet<>();
        Map<Long, List<Double>> ratios = new HashMap<>();
        List<Map<Long, Double>> ofSeeds = new ArrayList<>();
        bySeed.forEach((seed, seconds) -> {
            Map<Long, Double> ofSeed = new HashMap<>();
            for (long power : seconds.keySet()) {
                SortedMap<Long, Double> near = neighbours(power, seconds);
                if (isPower(power)
                        && !near.headMap(power).isEmpty()
                        && !near.tailMap(power).isEmpty()) {
                    double ratio = Math.log(line(near).predict(power) / at(seconds, power));
                    ratios.computeIfAbsent(power, key -> new ArrayList<>()).add(ratio);
                    ofSeed.put(power, ratio);
                    powers.add(power);
                    neighbours.addAll(near.keySet());
                }
            }
            ofSeeds.add(ofSeed);
        });
        Map<Long, Estimate> each = new HashMap<>();
        ratios.forEach((power, values) -> {
            Estimate estimate = Estimate.over(values, value -> value);
            if (estimate != null) {
                each.put(power, estimate);
            }
        });
        List<Map<Long, Double>> complete = ofSeeds.stream()
                .filter(ofSeed -> !powers.isEmpty() && ofSeed.keySet().containsAll(powers))
                .toList();
        Estimate together = Estimate.over(
                complete,
                ofSeed -> StatUtils.mean(ofSeed.values().stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray()));
        return new PowersOfTwo(List.copyOf(powers), List.copyOf(neighbours), each, together);
    }

    /** The neighbours of one power. */
    List<Long> neighboursOf(long power) {
        return neighbours.stream().filter(size -> isNear(size, power)).toList();
    }

    private static boolean isNear(long size, long power) {
        return size > power / NEAR && size < power * NEAR;
    }

    private static boolean isPower(long size) {
        return size > 1 && Long.bitCount(size) == 1;
    }

    private static SortedMap<Long, Double> neighbours(long power, SortedMap<Long, Double> seconds) {
        SortedMap<Long, Double> near = new TreeMap<>();
        seconds.forEach((size, time) -> {
            if (!isPower(size) && isNear(size, power)) {
                near.put(size, time);
            }
        });
        return near;
    }

    private static SimpleRegression line(SortedMap<Long, Double> points) {
        SimpleRegression line = new SimpleRegression();
        points.forEach((size, time) -> line.addData(size, time));
        return line;
    }

    private static double at(Map<Long, Double> seconds, long size) {
        return seconds.getOrDefault(size, Double.NaN);
    }

    /** Medians ({@link StepSeconds}) by seed and batch size. */
    private static Map<Long, SortedMap<Long, Double>> stepSeconds(StudyTables tables) {
        Map<String, Double> byRun = StepSeconds.byRun(tables);
        // Other numbers of workers have other step times for reasons of their own.
        int workers = tables.runs().stream()
                .collect(Collectors.groupingBy(RunRecord::workers, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(1);
        Map<Long, SortedMap<Long, Double>> bySeed = new TreeMap<>();
        for (RunRecord run : tables.runs()) {
            Double seconds = byRun.get(run.runId());
            if (seconds != null && run.workers() == workers) {
                bySeed.computeIfAbsent(run.seed(), key -> new TreeMap<>()).put(run.batchSize(), seconds);
            }
        }
        return bySeed;
    }
}
