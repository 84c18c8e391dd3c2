package io.batchscope.report;

import io.batchscope.analysis.NumberText;
import io.batchscope.report.Table.Column;
import io.batchscope.result.Provenance;
import io.batchscope.result.RunRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Where the results come from; several values where runs differ. */
final class Provenances {
    private final List<RunRecord> runs;
    private final List<List<String>> rows = new ArrayList<>();

    private Provenances(List<RunRecord> runs) {
        this.runs = runs;
    }

    static Table of(List<RunRecord> runs, @Nullable Provenance fallback) {
        Provenances table = new Provenances(runs);
        if (!runs.isEmpty()) {
            table.addTraining();
        } else if (fallback != null) {
            table.addFallback(fallback);
        }
        return new Table(List.of(Column.text("What"), Column.text("Value")), table.rows);
    }

    private static String wrongLabels(RunRecord run) {
        Double share = run.labelNoise();
        return share == null || share == 0 ? "none" : NumberText.percent(share);
    }

    private void addTraining() {
        add("Task", RunRecord::task);
        add("Model", RunRecord::model);
        add("Parameters", run -> NumberText.count(run.parameterCount()));
        add("Model fingerprint", RunRecord::modelFingerprint);
        add("Training examples", run -> NumberText.count(run.trainExamples()));
        add("Wrong labels in training", Provenances::wrongLabels);
        add("Data fingerprint", RunRecord::dataFingerprint);
        add("Optimizer", RunRecord::optimizer);
        add("Momentum", run -> NumberText.significant(run.momentum()));
        add("Weight decay", run -> NumberText.significant(run.weightDecay()));
        add("Learning-rate scaling", RunRecord::scalingRule);
        add("Base learning rate", run -> NumberText.significant(run.baseLearningRate()));
        add("Replica", RunRecord::replica);
        add("Synchronization", RunRecord::syncMode);
        add("Hosts", RunRecord::hosts);
        addIfAny("GPUs", run -> run.gpu().gpuDevices());
        add("Batchscope", RunRecord::batchscopeVersion);
        add("Commit", RunRecord::commit);
        add("Configuration SHA-256", RunRecord::configHash);
        add("Backend", RunRecord::backend);
        add("Spark", RunRecord::sparkVersion);
        add("Java", RunRecord::javaVersion);
        add("Operating system", RunRecord::operatingSystem);
    }

    private void addFallback(Provenance provenance) {
        rows.add(List.of("Batchscope", provenance.batchscopeVersion()));
        rows.add(List.of("Commit", provenance.commit()));
        rows.add(List.of("Configuration SHA-256", provenance.configHash()));
        rows.add(List.of("Backend", provenance.backend()));
        rows.add(List.of("Spark", provenance.sparkVersion()));
        rows.add(List.of("Java", provenance.javaVersion()));
        rows.add(List.of("Operating system", provenance.operatingSystem()));
    }

    private void add(String name, Function<RunRecord, @Nullable String> column) {
        String values = values(column);
        rows.add(List.of(name, values.isEmpty() ? NumberText.NOT_MEASURED : values));
    }

    /** Only where some run has it. */
    private void addIfAny(String name, Function<RunRecord, @Nullable String> column) {
        String values = values(column);
        if (!values.isEmpty()) {
            rows.add(List.of(name, values));
        }
    }

    private String values(Function<RunRecord, @Nullable String> column) {
        return runs.stream()
                .<@Nullable String>map(column)
                .filter(Objects::nonNull)
                .filter(value -> !value.isEmpty())
                .distinct()
                .sorted()
                .collect(Collectors.joining(" · "));
    }
}
