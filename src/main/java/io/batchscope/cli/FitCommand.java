package io.batchscope.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.batchscope.analysis.GoalRow;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.TradeOffFindings;
import io.batchscope.data.DataException;
import io.batchscope.law.Arrival;
import io.batchscope.law.TradeOff;
import io.batchscope.law.TradeOffFit;
import io.batchscope.result.FindingRecord;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fits the law of a goal's updates and examples to measurements made elsewhere. */
@Command(
        name = "fit",
        description = "Fits steps = S_min + E_min / batch size to runs measured elsewhere, with 95 % intervals.",
        footer = {
            "CSV has a line of column names: batch_size and either steps or examples to the goal; one line a run, several a",
            "batch size are repeats. A column 'reached' may say false of runs that ended without reaching the goal."
        })
final class FitCommand implements Callable<Integer> {
    private static final String ROW = "%14s %6s %8s %16s %16s %11s  %s%n";

    @Parameters(index = "0", paramLabel = "CSV", description = "The measurements.")
    private Path file;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        List<Arrival> arrivals = ArrivalsFile.read(file);
        String problem = TradeOffFit.problem(arrivals);
        if (problem != null) {
            throw new DataException("file '" + file + "' (runs): " + problem + "; add batch sizes");
        }
        List<FindingRecord> findings = TradeOffFindings.of(String.valueOf(file.getFileName()), arrivals);
        TradeOff law = TradeOffFit.of(arrivals).law();
        System.out.print(json ? json(arrivals, findings) : text(arrivals, law, findings));
        return ExitCode.DONE;
    }

    private static String text(List<Arrival> arrivals, TradeOff law, List<FindingRecord> findings) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                ROW,
                "batch size",
                "runs",
                "arrived",
                "steps (median)",
                "steps by law",
                "difference",
                "regime"));
        for (GoalRow row : GoalRow.of(arrivals, law)) {
            text.append(String.format(
                    Locale.ROOT,
                    ROW,
                    NumberText.count(row.batchSize()),
                    row.runs(),
                    row.arrived(),
                    NumberText.significant(row.steps()),
                    NumberText.significant(row.stepsByLaw()),
                    NumberText.signedPercent(row.difference()),
                    law.regime(row.batchSize()).words()));
        }
        text.append('\n');
        for (FindingRecord finding : findings) {
            text.append(String.format("%-26s %s%n", finding.finding(), finding.detail()));
        }
        return text.toString();
    }

    private static String json(List<Arrival> arrivals, List<FindingRecord> findings) throws JsonProcessingException {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("runs", arrivals.size());
        document.put("findings", findings.stream().map(FindingJson::row).toList());
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(document) + "\n";
    }
}
