package io.batchscope.report;

import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import io.batchscope.analysis.BatchContrasts;
import io.batchscope.analysis.MemoryComparison;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.Oscillations;
import io.batchscope.analysis.ScalingEfficiency;
import io.batchscope.analysis.StudyAnswers;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.TimeComparison;
import io.batchscope.analysis.UsualAdvice;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
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
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern(
                    "d MMMM uuuu 'at' HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private HtmlReport() {}

    /**
     * The page for a study, finished or not.
     *
     * @param findings as written in the table {@code findings}
     */
    public static String render(StudyTables all, List<FindingRecord> findings, ReportHeader header) {
        StudySummary summary = StudySummary.of(all);
        StudyTables tables = summary.searches().tuned(all);
        StudyAnswers answers = StudyAnswers.of(summary, all);
        Map<String, Object> model = new HashMap<>();
        addHead(model, all, summary, findings, header);
        addResults(model, summary, Oscillations.of(summary.variants().ofReference(tables)));
        model.put("recommendations", RecommendationTable.of(summary, answers.recommendations()));
        model.put("recommendationNote", RecommendationTable.NOTE);
        addLaws(model, new LawTables(summary, answers.laws()));
        addVariants(model, summary, findings);
        addScaling(model, ScalingEfficiency.of(tables));
        addContrasts(model, new ContrastSections(summary, BatchContrasts.of(tables)));
        addMeasurements(model, summary, tables, findings);
        addCharts(model, Charts.of(tables, summary, answers.curves()));
        model.put("advice", ReportTables.advice(UsualAdvice.of(all)));
        addRows(model, summary, all, tables, findings, header);
        return page(model);
    }

    private static void addHead(
            Map<String, Object> model,
            StudyTables all,
            StudySummary summary,
            List<FindingRecord> findings,
            ReportHeader header) {
        model.put("study", header.study());
        model.put("status", ReportTexts.status(header, summary));
        model.put("counts", ReportTexts.counts(summary));
        model.put("sentences", ReportTexts.sentences(all, summary, findings));
        model.put("hasRuns", summary.runs() > 0);
        model.put("writtenAt", MOMENT.format(header.writtenAt()));
        model.put("css", Resources.text("report.css"));
    }

    private static void addResults(Map<String, Object> model, StudySummary summary, Oscillations oscillations) {
        model.put("intervalNote", ReportTexts.intervalNote(summary));
        model.put("referenceNote", ReportTexts.referenceNote(summary));
        model.put("results", ReportTables.results(summary));
        model.put("losses", ReportTables.losses(summary, oscillations));
        model.put("lossNote", ReportTables.lossNote(oscillations));
        model.put("target", ReportTables.target(summary));
        model.put("speed", ReportTables.speed(summary));
    }

    private static void addLaws(Map<String, Object> model, LawTables laws) {
        model.put("lawUpdates", laws.updates());
        model.put("lawUpdatesNote", LawTables.UPDATES_NOTE);
        model.put("lawSeconds", laws.seconds());
        model.put("lawSecondsNote", LawTables.SECONDS_NOTE);
        model.put("lawNumbers", laws.targetNumbers());
        model.put("updateTimes", laws.updateTimes());
        model.put("updateTimeNumbers", laws.updateNumbers());
        model.put("updateTimeNote", LawTables.UPDATE_TIME_NOTE);
    }

    /** What compares recipes, rates and ways to synchronise, where the study has several. */
    private static void addVariants(Map<String, Object> model, StudySummary summary, List<FindingRecord> findings) {
        if (summary.hasRecipes()) {
            model.put("recipeResults", RecipeTables.results(summary));
            model.put("recipeLargest", RecipeTables.largest(summary, findings));
            model.put("recipeNote", RecipeTables.resultNote(summary));
        }
        if (!summary.searches().isEmpty()) {
            model.put("rateTuned", RateTables.tuned(summary));
            model.put("rateTrials", RateTables.trials(summary));
            model.put("rateNote", RateTables.note(summary));
            model.put("rateSentences", RateTables.sentences(findings));
        }
        if (summary.hasModes()) {
            model.put("modeResults", ModeTables.results(summary));
            model.put("modeCost", ModeTables.cost(summary));
            model.put("modeNote", ModeTables.resultNote(summary));
            model.put("modeCostNote", ModeTables.COST_NOTE);
        }
    }

    private static void addScaling(Map<String, Object> model, List<ScalingEfficiency> scaling) {
        model.put("scaling", ScalingTables.of(scaling));
        model.put("scalingNote", ScalingTables.note(scaling));
    }

    private static void addContrasts(Map<String, Object> model, ContrastSections contrasts) {
        model.put("contrastTitle", contrasts.title());
        model.put("contrastNote", contrasts.note());
        model.put("contrasts", contrasts.plain());
        model.put("probes", contrasts.probes());
    }

    /** What was measured on the way. */
    private static void addMeasurements(
            Map<String, Object> model, StudySummary summary, StudyTables tables, List<FindingRecord> findings) {
        model.put("gradients", GradientTables.of(summary));
        model.put("gradientNote", GradientTables.NOTE);
        model.put("arithmetic", HardwareTables.arithmetic(summary));
        model.put("arithmeticNote", HardwareTables.NOTE);
        model.put("gpus", HardwareTables.gpus(summary));
        model.put("gpuNote", HardwareTables.GPU_NOTE);
        model.put("memory", HardwareTables.memory(MemoryComparison.of(tables)));
        model.put("memoryNote", HardwareTables.MEMORY_NOTE);
        model.put("time", HardwareTables.time(TimeComparison.of(tables)));
        model.put("timeNote", HardwareTables.TIME_NOTE);
        model.put("powersOfTwo", HardwareTables.powersOfTwo(findings));
    }

    private static void addCharts(Map<String, Object> model, Charts charts) {
        model.put("rateCharts", places(charts.rateCharts()));
        model.put("recipeCharts", places(charts.recipeCharts()));
        model.put("modeCharts", places(charts.modeCharts()));
        model.put("targetCharts", places(charts.targetCharts()));
        model.put("lawCharts", places(charts.lawCharts()));
        model.put("updateTimeCharts", places(charts.updateTimeCharts()));
        model.put("gradientCharts", places(charts.gradientCharts()));
        model.put("hardwareCharts", places(charts.hardwareCharts()));
        model.put("charts", places(charts.charts()));
        model.put("chartData", charts.json());
        model.put(
                "scripts",
                List.of(
                        Resources.text("/vendor/vega/vega.min.js"),
                        Resources.text("/vendor/vega-lite/vega-lite.min.js"),
                        Resources.text("charts.js")));
    }

    /** Findings and tables, in full. */
    private static void addRows(
            Map<String, Object> model,
            StudySummary summary,
            StudyTables all,
            StudyTables tables,
            List<FindingRecord> findings,
            ReportHeader header) {
        model.put("findings", ReportTables.findings(findings));
        model.put("runs", RunTables.runs(all.runs()));
        model.put("curves", RunTables.curves(curvePoints(tables.evals()), summary.variants()));
        model.put("curvePoints", Integer.toString(CURVE_POINTS));
        model.put("provenance", Provenances.of(all.runs(), header.provenance()));
    }

    private static String page(Map<String, Object> model) {
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

    private static Configuration templates() {
        Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
        configuration.setClassForTemplateLoading(HtmlReport.class, "");
        configuration.setDefaultEncoding("UTF-8");
        configuration.setLocale(Locale.ROOT);
        configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
        configuration.setLogTemplateExceptions(false);
        return configuration;
    }

    private static List<Map<String, Object>> places(List<Chart> charts) {
        return charts.stream().map(HtmlReport::place).toList();
    }

    private static Map<String, Object> place(Chart chart) {
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
