package io.batchscope.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.batchscope.analysis.MeasuredCluster;
import io.batchscope.analysis.Predicted;
import io.batchscope.analysis.SimulatedWorkers;
import io.batchscope.analysis.Simulation;
import io.batchscope.analysis.SimulationFindings;
import io.batchscope.analysis.UpdateCheck;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A simulation as one JSON document; what is not known, or not finite, is null. */
final class SimulationJson {
    private SimulationJson() {}

    static String of(Simulation simulation, @Nullable Double price) throws JsonProcessingException {
        MeasuredCluster measured = simulation.measured();
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("study", measured.study());
        document.put("train_examples", measured.trainExamples());
        document.put("parameters", measured.parameters());
        document.put("fitted_workers", measured.fittedWorkers());
        document.put("fitted_runs", measured.fittedRuns());
        document.put("fixed_seconds", measured.local().fixedSeconds());
        document.put("seconds_per_example", measured.local().secondsPerExample());
        boolean linked = Double.isFinite(simulation.link().bandwidthBytesPerSecond());
        document.put("latency_seconds", linked ? simulation.link().latencySeconds() : null);
        document.put("bandwidth_bytes_per_second", linked ? simulation.link().bandwidthBytesPerSecond() : null);
        document.put("price_per_worker_hour", price);
        document.put(
                "rows", simulation.rows().stream().map(row -> row(row, price)).toList());
        document.put(
                "checks", measured.checks().stream().map(SimulationJson::row).toList());
        document.put("notes", SimulationFindings.notes(simulation));
        document.put(
                "findings",
                SimulationFindings.of(simulation, price).stream()
                        .map(FindingJson::row)
                        .toList());
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(document) + "\n";
    }

    private static Map<String, @Nullable Object> row(SimulatedWorkers row, @Nullable Double price) {
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        columns.put("workers", row.workers());
        columns.put("batch_size", row.batchSize());
        columns.put("per_worker_batch", row.perWorker());
        put(columns, "update_seconds", row.updateSeconds());
        columns.put("fixed_seconds", row.fixedSeconds());
        columns.put("examples_seconds", row.examplesSeconds());
        columns.put("sum_seconds", row.sumSeconds());
        columns.put("examples_per_second", row.examplesPerSecond());
        put(columns, "epoch_seconds", row.epochSeconds());
        put(columns, "scaling_efficiency", row.scalingEfficiency());
        SimulatedWorkers.ToTarget target = row.toTarget();
        put(columns, "best_batch_size", target == null ? null : target.bestBatchSize());
        put(columns, "statistical_efficiency", target == null ? null : target.statisticalEfficiency());
        put(columns, "seconds_to_target", target == null ? null : target.seconds());
        put(columns, "speedup", target == null ? null : target.speedup());
        columns.put("marginal_efficiency", target == null ? null : target.marginalEfficiency());
        Double hours = row.workerHours();
        columns.put("worker_hours", hours);
        columns.put("cost", hours == null || price == null ? null : (Double) (price * hours));
        return columns;
    }

    private static void put(Map<String, @Nullable Object> columns, String name, @Nullable Predicted number) {
        columns.put(name, number == null ? null : finite(number.value()));
        columns.put(
                name + "_low", number == null ? null : finite(number.interval().low()));
        columns.put(
                name + "_high", number == null ? null : finite(number.interval().high()));
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? (Double) value : null;
    }

    private static Map<String, @Nullable Object> row(UpdateCheck check) {
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        columns.put("workers", check.workers());
        columns.put("batch_size", check.batchSize());
        columns.put("runs", check.runs());
        columns.put("measured_seconds", check.measuredSeconds());
        columns.put("predicted_seconds", check.predictedSeconds());
        columns.put("error", check.error());
        columns.put("slowdown", check.slowdown());
        columns.put("fitted", check.fitted());
        return columns;
    }
}
