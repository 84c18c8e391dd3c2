package io.batchscope.report;

import io.batchscope.analysis.GoalRow;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.TargetLaws;
import io.batchscope.analysis.TimeRow;
import io.batchscope.law.Regime;
import io.batchscope.report.Table.Column;
import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables of what updates and the target take by the laws, as texts. */
final class LawTables {
    /** How to read {@link #updates}. */
    static final String UPDATES_NOTE =
            "The law is S = S_min + E_min / B: S updates at batch B (McCandlish 2018). A run passes the target somewhere between the"
                    + " evaluation that first sees it passed and the one before; the law takes it so, the median is of the updates by"
                    + " the former. A run that did not arrive counts as one that would have taken longer: > stands before what half of"
                    + " the runs exceed at least. Difference: of the median from the law. Statistical efficiency: the fewest"
                    + " examples that the target can take, E_min, over those that it takes at the batch by the law.";

    /** How to read {@link #seconds}. */
    static final String SECONDS_NOTE =
            "By the laws: updates to the target times the time of an update. Goodput is examples a second times statistical efficiency"
                    + " (Qiao 2021). Seconds measured are means over the runs that arrived; ± is half the width of the 95 %"
                    + " Student-t interval. Times of runs that trained beside others, or on a busy machine, are longer than alone.";

    /** How to read {@link #updateTimes}. */
    static final String UPDATE_TIME_NOTE =
            "Median over runs, at whatever rate, of each run's median update; by law a + β · examples a worker (Qiao 2021), fitted for"
                    + " each number of workers apart. In its examples: the share of that which β · examples a worker has.";

    private static final Map<String, String> TARGET_NUMBERS = Map.of(
            "critical_batch_size", "Critical batch size",
            "minimum_steps", "Fewest updates, S_min",
            "minimum_examples", "Fewest examples, E_min",
            "best_batch_size_time", "Batch with the fewest seconds, B*");
    private static final Map<String, String> UPDATE_NUMBERS = Map.of(
            "update_fixed_seconds", "Fixed time, a",
            "update_seconds_per_example", "Time of one more example a worker, β",
            "half_utilisation_batch_size", "Batch of half utilisation");
    private static final double MILLISECONDS = 1e3;

    private final StudySummary summary;
    private final List<TargetLaws> laws;

    LawTables(StudySummary summary, List<TargetLaws> laws) {
        this.summary = summary;
        this.laws = laws;
    }

    /** Updates to the target by batch size and variant; without rows where no run reached it. */
    Table updates() {
        List<Column> columns = places();
        columns.addAll(List.of(
                Column.number("Runs"),
                Column.number("Arrived"),
                Column.number("Updates (median)"),
                Column.number("By law"),
                Column.number("Difference"),
                Column.text("Regime"),
                Column.number("Statistical efficiency")));
        List<List<String>> rows = new ArrayList<>();
        laws.forEach(of -> of.goal().forEach(row -> rows.add(updatesRow(of, row))));
        return new Table(columns, rows);
    }

    private List<String> updatesRow(TargetLaws of, GoalRow goal) {
        Regime regime = goal.regime();
        List<String> row = places(of, goal.batchSize());
        row.addAll(List.of(
                Integer.toString(goal.runs()),
                Integer.toString(goal.arrived()),
                goal.steps() == null
                        ? "> " + NumberText.significant(goal.atLeast())
                        : NumberText.significant(goal.steps()),
                NumberText.significant(goal.stepsByLaw()),
                NumberText.signedPercent(goal.difference()),
                regime == null ? NumberText.NOT_MEASURED : regime.words(),
                NumberText.percent(goal.statisticalEfficiency())));
        return row;
    }

    /** Seconds to the target by batch size, workers and variant; without rows where no run reached it. */
    Table seconds() {
        List<Column> columns = places();
        columns.addAll(List.of(
                Column.number("Workers"),
                Column.number("Update (ms)"),
                Column.number("Examples/s"),
                Column.number("Goodput (examples/s)"),
                Column.number("Seconds by law"),
                Column.number("Seconds measured")));
        List<List<String>> rows = new ArrayList<>();
        laws.stream().filter(of -> !of.goal().isEmpty()).forEach(of -> of.time().forEach(time -> {
            List<String> row = places(of, time.batchSize());
            row.addAll(List.of(
                    Integer.toString(time.workers()),
                    milliseconds(time.updateSeconds()),
                    NumberText.significant(time.throughput()),
                    NumberText.significant(time.goodput()),
                    NumberText.significant(time.secondsByLaw()),
                    ReportTables.significant(time.secondsToTarget())));
            rows.add(row);
        }));
        return new Table(columns, rows);
    }

    /** What the laws of the target say in one number each. */
    Table targetNumbers() {
        return numbers(TARGET_NUMBERS);
    }

    /** The time of an update by batch size, workers and variant; without rows where it is not known. */
    Table updateTimes() {
        List<Column> columns = places();
        columns.addAll(List.of(
                Column.number("Workers"),
                Column.number("Update (ms)"),
                Column.number("By law (ms)"),
                Column.number("Difference"),
                Column.number("In its examples"),
                Column.number("Examples/s")));
        List<List<String>> rows = new ArrayList<>();
        laws.forEach(of -> of.time().forEach(time -> rows.add(updateTimeRow(of, time))));
        return new Table(columns, rows);
    }

    private List<String> updateTimeRow(TargetLaws of, TimeRow time) {
        Double byLaw = time.updateSecondsByLaw();
        List<String> row = places(of, time.batchSize());
        row.addAll(List.of(
                Integer.toString(time.workers()),
                milliseconds(time.updateSeconds()),
                milliseconds(byLaw),
                byLaw == null ? NumberText.NOT_MEASURED : NumberText.signedPercent(time.updateSeconds() / byLaw - 1),
                NumberText.percent(time.utilisation()),
                NumberText.significant(time.throughput())));
        return row;
    }

    /** What the law of the time of an update says in one number each. */
    Table updateNumbers() {
        return numbers(UPDATE_NUMBERS);
    }

    private Table numbers(Map<String, String> names) {
        List<Column> columns = variants();
        columns.addAll(List.of(
                Column.text(""),
                Column.number("Value"),
                Column.number("95 % interval"),
                Column.text("Unit"),
                Column.text("In words")));
        List<List<String>> rows = new ArrayList<>();
        for (TargetLaws of : laws) {
            for (FindingRecord number : of.numbers()) {
                String name = names.get(number.finding());
                if (name != null) {
                    List<String> row = variants(of);
                    row.add(name);
                    List<String> cells = ReportTables.findingRow(number);
                    // Value, interval, unit and words; these are of no one batch size.
                    row.addAll(cells.subList(2, cells.size()));
                    rows.add(row);
                }
            }
        }
        return new Table(columns, rows);
    }

    private static String milliseconds(@Nullable Double seconds) {
        return NumberText.significant(seconds == null ? null : (Double) (seconds * MILLISECONDS));
    }

    private List<Column> places() {
        List<Column> columns = new ArrayList<>(List.of(Column.number("Batch size")));
        columns.addAll(variants());
        return columns;
    }

    private List<String> places(TargetLaws of, long batchSize) {
        List<String> row = new ArrayList<>(List.of(NumberText.count(batchSize)));
        row.addAll(variants(of));
        return row;
    }

    private List<Column> variants() {
        return summary.hasVariants()
                ? new ArrayList<>(
                        List.of(Column.text(Table.capitalized(summary.variants().word()))))
                : new ArrayList<>();
    }

    private List<String> variants(TargetLaws of) {
        return summary.hasVariants() ? new ArrayList<>(List.of(of.variant().name())) : new ArrayList<>();
    }
}
