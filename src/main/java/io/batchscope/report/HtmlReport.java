package io.batchscope.report;

import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import io.batchscope.analysis.BatchContrasts;
import io.batchscope.analysis.MemoryComparison;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.UsualAdvice;
import io.batchscope.analysis.Variants;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One self-contained HTML file: needs no network, is readable without JavaScript, and prints. */
public final class HtmlReport {
    private static final Configuration TEMPLATES = templates();
    private static final int CURVE_POINTS = 10;
    private static final int MOST_SENTENCES = 6;
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern(
                    "d MMMM uuuu 'at' HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final List<String> HEADLINES = List.of(
            "best_test_accuracy",
            "best_validation_accuracy",
            "lowest_test_loss",
            "lowest_validation_loss",
            "largest_batch_within_noise",
            "fastest_mode_without_shown_loss",
            "diverged_runs",
            "failed_runs",
            "fewest_seconds_to_target",
            "highest_throughput",
            "largest_generalization_gap");

    private HtmlReport() {}

    /**
     * The page for a study, finished or not.
     *
     * @param findings as written in the table {@code findings}
     */
    public static String render(StudyTables all, List<FindingRecord> findings, ReportHeader header) {
        StudySummary summary = StudySummary.of(all);
        StudyTables tables = summary.searches().tuned(all);
        Charts charts = Charts.of(tables, summary);
        Map<String, Object> model = new HashMap<>();
        model.put("study", header.study());
        model.put("status", status(header, summary));
        model.put("counts", counts(summary));
        model.put("sentences", sentences(all, summary, findings));
        model.put("hasRuns", summary.runs() > 0);
        model.put("intervalNote", intervalNote(summary));
        model.put("referenceNote", referenceNote(summary));
        if (summary.hasRecipes()) {
            model.put("recipeResults", RecipeTables.results(summary));
            model.put("recipeLargest", RecipeTables.largest(summary, findings));
            model.put("recipeNote", RecipeTables.resultNote(summary));
        }
        if (!summary.searches().isEmpty()) {
            model.put("rateTuned", RateTables.tuned(summary));
            model.put("rateTrials", RateTables.trials(summary));
            model.put("rateNote", RateTables.NOTE);
        }
        model.put(
                "rateCharts",
                charts.rateCharts().stream().map(HtmlReport::place).toList());
        model.put(
                "recipeCharts",
                charts.recipeCharts().stream().map(HtmlReport::place).toList());
        if (summary.hasModes()) {
            model.put("modeResults", ModeTables.results(summary));
            model.put("modeCost", ModeTables.cost(summary));
            model.put("modeNote", ModeTables.resultNote(summary));
            model.put("modeCostNote", ModeTables.COST_NOTE);
        }
        model.put(
                "modeCharts",
                charts.modeCharts().stream().map(HtmlReport::place).toList());
        addContrasts(model, BatchContrasts.of(tables));
        model.put("results", ReportTables.results(summary));
        model.put("losses", ReportTables.losses(summary));
        model.put("target", ReportTables.target(summary));
        model.put(
                "targetCharts",
                charts.targetCharts().stream().map(HtmlReport::place).toList());
        model.put("gradients", GradientTables.of(summary));
        model.put("gradientNote", GradientTables.NOTE);
        model.put(
                "gradientCharts",
                charts.gradientCharts().stream().map(HtmlReport::place).toList());
        model.put("arithmetic", HardwareTables.arithmetic(summary));
        model.put("arithmeticNote", HardwareTables.NOTE);
        model.put("gpus", HardwareTables.gpus(summary));
        model.put("gpuNote", HardwareTables.GPU_NOTE);
        model.put("memory", HardwareTables.memory(MemoryComparison.of(tables)));
        model.put("memoryNote", HardwareTables.MEMORY_NOTE);
        model.put("powersOfTwo", HardwareTables.powersOfTwo(findings));
        model.put(
                "hardwareCharts",
                charts.hardwareCharts().stream().map(HtmlReport::place).toList());
        model.put("speed", ReportTables.speed(summary));
        model.put("advice", ReportTables.advice(UsualAdvice.of(all)));
        model.put("findings", ReportTables.findings(findings));
        model.put("runs", RunTables.runs(all.runs()));
        model.put("curves", RunTables.curves(curvePoints(tables.evals()), Variants.of(tables.runs())));
        model.put("curvePoints", Integer.toString(CURVE_POINTS));
        model.put("provenance", Provenances.of(all.runs(), header.provenance()));
        model.put("writtenAt", MOMENT.format(header.writtenAt()));
        model.put("css", Resources.text("report.css"));
        model.put("charts", charts.charts().stream().map(HtmlReport::place).toList());
        model.put("chartData", charts.json());
        model.put(
                "scripts",
                List.of(
                        Resources.text("/vendor/vega/vega.min.js"),
                        Resources.text("/vendor/vega-lite/vega-lite.min.js"),
                        Resources.text("charts.js")));
        StringWriter page = new StringWriter();
        try {
            TEMPLATES.getTemplate("report.ftlh").process(model, page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TemplateException e) {
            throw new IllegalStateException("report.ftlh does not fit its model", e);
        }
        return page.toString();
    }

    private static void addContrasts(Map<String, Object> model, BatchContrasts contrasts) {
        if (contrasts.reference().isPresent()) {
            model.put(
                    "contrastReference", NumberText.count(contrasts.reference().getAsLong()));
            model.put("contrastNote", ContrastTables.note(contrasts));
            model.put("contrasts", ContrastTables.plain(contrasts));
            model.put("probes", ContrastTables.probes(contrasts));
        }
    }

    private static Configuration templates() {
        Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
        configuration.setClassForTemplateLoading(HtmlReport.class, "");
        configuration.setDefaultEncoding("UTF-8");
        configuration.setLocale(Locale.ROOT);
        configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
        configuration.setLogTemplateExceptions(false);
        return configuration;
    }

    private static Map<String, Object> place(Charts.Chart chart) {
        return Map.of(
                "id",
                chart.id(),
                "title",
                chart.title(),
                "caption",
                chart.caption(),
                "wide",
                chart.wide(),
                "switchable",
                chart.switchable(),
                "choices",
                chart.choices().stream()
                        .map(batch -> Map.of(
                                "batch",
                                Long.toString(batch),
                                "words",
                                NumberText.count(batch),
                                "chosen",
                                batch.equals(chart.batch())))
                        .toList());
    }

    private static String status(ReportHeader header, StudySummary summary) {
        Integer planned = header.plannedRuns();
        String runs = planned == null
                ? NumberText.counted(summary.runs(), "run") + " ended"
                : NumberText.count((long) summary.runs()) + " of " + NumberText.counted(planned, "planned run")
                        + " ended";
        String state = header.state();
        String unfinished = planned != null && summary.runs() < planned
                ? ". This report shows an unfinished study; the same command goes on with it."
                : ".";
        return (state == null ? "" : "State " + state + ": ") + runs + unfinished;
    }

    private static List<Map<String, String>> counts(StudySummary summary) {
        return summary.outcomes().entrySet().stream()
                .map(entry -> Map.of("number", entry.getValue().toString(), "word", entry.getKey()))
                .toList();
    }

    private static List<String> sentences(StudyTables all, StudySummary summary, List<FindingRecord> findings) {
        if (summary.runs() == 0) {
            return List.of("No run of this study has ended yet, so there is nothing to show.");
        }
        List<String> sentences = new ArrayList<>();
        List<Long> batchSizes = summary.batchSizes();
        int sizes = batchSizes.size();
        sentences.add("Trained " + NumberText.counted(summary.runs(), "run") + " on "
                + NumberText.count(summary.trainExamples()) + " examples at "
                + (sizes == 1 ? "batch size " : sizes + " batch sizes from ")
                + NumberText.count(batchSizes.get(0))
                + (sizes == 1 ? "" : " to " + NumberText.count(batchSizes.get(sizes - 1)))
                + (summary.hasRecipes() ? " by " + summary.variants().recipes().size() + " recipes" : "")
                + (summary.hasModes() ? " in " + summary.variants().modes().size() + " ways to synchronise" : "")
                + ".");
        RunTables.labelNoise(all.runs()).ifPresent(sentences::add);
        if (summary.hasVariants()) {
            sentences.add(referenceNote(summary));
        }
        if (!summary.searches().isEmpty()) {
            sentences.add(RateTables.SENTENCE);
        }
        RecipeTables.largestSentence(summary, findings).ifPresent(sentences::add);
        findings.stream()
                .filter(finding -> HEADLINES.contains(finding.finding()))
                // Of what there is at each batch size, no one speaks for the study.
                .filter(finding -> findings.stream()
                                .filter(other -> other.finding().equals(finding.finding()))
                                .count()
                        == 1)
                .sorted(Comparator.comparingInt(finding -> HEADLINES.indexOf(finding.finding())))
                .limit(MOST_SENTENCES - sentences.size())
                .map(FindingRecord::detail)
                .forEach(sentences::add);
        return sentences;
    }

    private static String intervalNote(StudySummary summary) {
        String means = "Means over the runs" + (summary.searches().isEmpty() ? "" : " with the tuned rate")
                + " that neither diverged nor failed";
        return summary.batches().stream().anyMatch(batch -> batch.settled() > 1)
                ? means
                        + "; ± is half the width of the 95 % Student-t interval over seeds. A dash stands for what was not measured."
                : means
                        + ". With one seed a batch size there are no intervals. A dash stands for what was not measured.";
    }

    /** Whose results stand for a batch size, where there are several recipes or ways to synchronise; else empty. */
    private static String referenceNote(StudySummary summary) {
        if (!summary.hasVariants()) {
            return "";
        }
        String measured = "What is said of batch sizes alone is measured with "
                + summary.reference().name() + "; ";
        int recipes = summary.variants().recipes().size();
        int modes = summary.variants().modes().size();
        if (!summary.hasRecipes()) {
            return measured + "the section “Ways to synchronise” compares all " + modes + ".";
        }
        return measured + "the section “Recipes” compares all " + recipes
                + (summary.hasModes() ? ", “Ways to synchronise” all " + modes + " modes" : "") + ".";
    }

    private static List<EvalRecord> curvePoints(List<EvalRecord> evaluations) {
        return evaluations.stream()
                .filter(evaluation -> evaluation.split().equals("validation"))
                .collect(Collectors.groupingBy(EvalRecord::runId, TreeMap::new, Collectors.toList()))
                .values()
                .stream()
                .map(ofRun -> Thinned.of(ofRun, EvalRecord::step, CURVE_POINTS - 2))
                .sorted(Comparator.comparingLong(
                                (List<EvalRecord> rows) -> rows.get(0).batchSize())
                        .thenComparingLong(rows -> rows.get(0).seed()))
                .flatMap(List::stream)
                .toList();
    }
}
