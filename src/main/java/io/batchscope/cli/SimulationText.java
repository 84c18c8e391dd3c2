package io.batchscope.cli;

import io.batchscope.analysis.MeasuredCluster;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.Predicted;
import io.batchscope.analysis.SimulatedWorkers;
import io.batchscope.analysis.Simulation;
import io.batchscope.analysis.SimulationFindings;
import io.batchscope.analysis.UpdateCheck;
import io.batchscope.law.Link;
import io.batchscope.result.FindingRecord;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A simulation as tables and sentences for people. */
final class SimulationText {
    private static final String UPDATE = "%7s %8s %8s %10s %8s %8s %8s %8s %8s";
    private static final String TARGET = " %11s %12s %22s %8s %8s %12s %10s";
    private static final String CHECK = "%7s %8s %5s %12s %12s %9s  %s%n";

    private SimulationText() {}

    static String of(Simulation simulation, @Nullable Double price) {
        StringBuilder text = new StringBuilder(head(simulation));
        text.append(table(simulation, price))
                .append('\n')
                .append(checks(simulation.measured().checks()));
        for (FindingRecord finding : SimulationFindings.of(simulation, price)) {
            text.append(String.format("%-20s %s%n", finding.finding(), finding.detail()));
        }
        SimulationFindings.notes(simulation)
                .forEach(note -> text.append("note: ").append(note).append('\n'));
        return text.toString();
    }

    private static String head(Simulation simulation) {
        MeasuredCluster measured = simulation.measured();
        Link link = simulation.link();
        String sums = Double.isFinite(link.bandwidthBytesPerSecond())
                ? "link: " + NumberText.significant(link.latencySeconds() * 1e6) + " µs a hop, "
                        + NumberText.significant(link.bandwidthBytesPerSecond() / 1e6) + " MB/s"
                : "link: not measured";
        return String.format(
                Locale.ROOT,
                "study %s: a worker's update takes %s ms and %s µs an example (%s with %s); %s; sums of %s for %s%n",
                measured.study(),
                NumberText.significant(measured.local().fixedSeconds() * 1e3),
                NumberText.significant(measured.local().secondsPerExample() * 1e6),
                NumberText.counted(measured.fittedRuns(), "run"),
                NumberText.counted(measured.fittedWorkers(), "worker"),
                sums,
                NumberText.bytes(measured.gradientBytes()),
                NumberText.counted(measured.parameters(), "parameter"));
    }

    private static String table(Simulation simulation, @Nullable Double price) {
        boolean target = simulation.rows().get(0).toTarget() != null;
        StringBuilder table = new StringBuilder();
        table.append(String.format(
                UPDATE, "workers", "batch", "each", "update ms", "fixed", "examples", "sum", "epoch s", "scaling"));
        if (target) {
            table.append(String.format(
                    TARGET,
                    "statistical",
                    "to target s",
                    "95 % interval",
                    "speedup",
                    "marginal",
                    "worker-hours",
                    price == null ? "" : "cost"));
        }
        table.append('\n');
        simulation.rows().forEach(row -> table.append(line(row, price)).append('\n'));
        return table.toString().replaceAll(" +\n", "\n");
    }

    private static String line(SimulatedWorkers row, @Nullable Double price) {
        String update = String.format(
                UPDATE,
                NumberText.count((long) row.workers()),
                NumberText.count(row.batchSize()),
                NumberText.significant(row.perWorker()),
                milliseconds(row.updateSeconds().value()),
                milliseconds(row.fixedSeconds()),
                milliseconds(row.examplesSeconds()),
                milliseconds(row.sumSeconds()),
                NumberText.significant(row.epochSeconds().value()),
                NumberText.percent(row.scalingEfficiency().value()));
        SimulatedWorkers.ToTarget target = row.toTarget();
        if (target == null) {
            return update;
        }
        Double hours = row.workerHours();
        return update
                + String.format(
                        TARGET,
                        NumberText.percent(target.statisticalEfficiency().value()),
                        NumberText.significant(target.seconds().value()),
                        interval(target.seconds()),
                        NumberText.significant(target.speedup().value()),
                        NumberText.percent(target.marginalEfficiency()),
                        NumberText.significant(hours),
                        price == null || hours == null ? "" : NumberText.significant(price * hours));
    }

    private static String interval(Predicted number) {
        return NumberText.significant(number.interval().low()) + " to "
                + NumberText.significant(number.interval().high());
    }

    private static String milliseconds(double seconds) {
        return NumberText.significant(seconds * 1e3);
    }

    private static String checks(List<UpdateCheck> checks) {
        if (checks.isEmpty()) {
            return "";
        }
        StringBuilder table = new StringBuilder(
                String.format(CHECK, "workers", "batch", "runs", "measured ms", "by model ms", "error", ""));
        for (UpdateCheck check : checks) {
            table.append(String.format(
                    CHECK,
                    check.workers(),
                    NumberText.count(check.batchSize()),
                    check.runs(),
                    milliseconds(check.measuredSeconds()),
                    milliseconds(check.predictedSeconds()),
                    String.format(Locale.ROOT, "%+.1f %%", 100 * check.error()),
                    remark(check)));
        }
        return table.toString().replaceAll(" +\n", "\n") + "\n";
    }

    private static String remark(UpdateCheck check) {
        String fitted = check.fitted() ? "fitted" : "";
        return check.isOversubscribed()
                ? (fitted.isEmpty() ? "" : "fitted; ") + "oversubscribed: a worker's own part times "
                        + NumberText.significant(check.slowdown())
                : fitted;
    }
}
