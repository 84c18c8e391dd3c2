package io.batchscope.spark;

import io.batchscope.result.EvalRecord;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.Outcome;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.ResultStore;
import io.batchscope.result.ResultStoreException;
import io.batchscope.result.RunRecord;
import io.batchscope.result.RunResult;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * The Parquet tables of a results directory on any Hadoop file system. A run's leaf in {@code runs} is written last and
 * removed first, so it says whether the run is there; rows of other tables without it are leftovers of a writer that
 * was killed, and are removed when the next one opens the directory.
 *
 * <p>File system failures come as {@link java.io.UncheckedIOException}.
 */
public final class ParquetResultStore implements ResultStore, AutoCloseable {
    // Spark would take other values in a path for numbers, dates or escapes.
    private static final Pattern RUN_ID = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");

    private final Path root;
    private final HadoopFiles files;
    private final ResultTable<RunRecord> runs;
    private final ResultTable<StepRecord> steps;
    private final ResultTable<EvalRecord> evals;
    private final ResultTable<ProbeRecord> probes;
    private final ResultTable<FindingRecord> findings;
    private final @Nullable DirectoryLock lock;
    private boolean closed;

    /**
     * Opens a results directory for writing, makes it if needed, and repairs what a killed writer left.
     *
     * @throws ResultStoreException if another process writes to it
     */
    public ParquetResultStore(SparkSession spark, String directory) {
        this(spark.sparkContext().hadoopConfiguration(), directory, true);
    }

    private ParquetResultStore(Configuration configuration, String directory, boolean writing) {
        root = new Path(directory);
        files = new HadoopFiles(root, configuration);
        ParquetRows parquet = new ParquetRows(configuration);
        runs = new ResultTable<>(files, parquet, root, "runs", RunRecord.class);
        steps = new ResultTable<>(files, parquet, root, "steps", StepRecord.class);
        evals = new ResultTable<>(files, parquet, root, "evals", EvalRecord.class);
        probes = new ResultTable<>(files, parquet, root, "probes", ProbeRecord.class);
        findings = new ResultTable<>(files, parquet, root, "findings", FindingRecord.class);
        lock = writing ? lockAndRepair() : null;
    }

    /**
     * Opens a results directory that exists, without a lock, also while another process writes to it.
     *
     * @throws ResultStoreException if there are no results
     */
    public static ParquetResultStore forReading(SparkSession spark, String directory) {
        ParquetResultStore store = new ParquetResultStore(spark.sparkContext().hadoopConfiguration(), directory, false);
        if (!store.runs.exists()) {
            throw new ResultStoreException("no results (" + directory + "): a results directory has a table 'runs';"
                    + " give the output directory of a study of which at least one run has ended");
        }
        return store;
    }

    private DirectoryLock lock() {
        try {
            files.makeDirectories(root);
            return DirectoryLock.acquire(files, root);
        } catch (UncheckedIOException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new ResultStoreException("results directory (" + root + "): cannot be written: " + cause.getMessage()
                    + "; choose another study.output or make it writable");
        }
    }

    private DirectoryLock lockAndRepair() {
        DirectoryLock acquired = lock();
        try {
            Stream.of(runs, steps, evals, probes, findings).forEach(ResultTable::recover);
            files.delete(new Path(root, ResultTable.WRITING));
            Set<String> present = runs.runIds();
            Stream.of(steps, evals, probes).forEach(table -> table.discardAllBut(present));
            return acquired;
        } catch (RuntimeException e) {
            acquired.close();
            throw e;
        }
    }

    @Override
    public synchronized Set<String> finishedRuns() {
        return runs.read().stream()
                .filter(run -> !run.outcome().equals(new Outcome.Failed("").label()))
                .map(RunRecord::runId)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public synchronized void write(RunResult result) {
        requireWriting();
        String id = result.run().runId();
        requireOneRun(result);
        // All rows are made before anything is touched: a value that is refused must not cost the run its old rows.
        List<Row> runRow = List.of(RecordRows.toRow(result.run()));
        List<Row> stepRows = result.steps().stream().map(RecordRows::toRow).toList();
        List<Row> evalRows = result.evals().stream().map(RecordRows::toRow).toList();
        List<Row> probeRows = result.probes().stream().map(RecordRows::toRow).toList();
        expand();
        if (!findings.exists()) {
            findings.replace(List.of());
        }
        Stream.of(runs, steps, evals, probes).forEach(table -> table.discardLeaf(id));
        steps.writeLeaf(id, stepRows);
        evals.writeLeaf(id, evalRows);
        probes.writeLeaf(id, probeRows);
        runs.writeLeaf(id, runRow);
    }

    private static void requireOneRun(RunResult result) {
        String id = result.run().runId();
        if (!RUN_ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "run id must be a letter followed by letters, digits, '_' or '-', but is '" + id + "'");
        }
        Stream.of(
                        result.steps().stream().map(StepRecord::runId),
                        result.evals().stream().map(EvalRecord::runId),
                        result.probes().stream().map(ProbeRecord::runId))
                .flatMap(Function.identity())
                .filter(other -> !other.equals(id))
                .findFirst()
                .ifPresent(other -> {
                    throw new IllegalArgumentException("rows of run " + other + " were given with run " + id);
                });
    }

    private void expand() {
        Set<String> ids = runs.runIds();
        Stream.of(steps, evals, probes, runs).filter(ResultTable::isCompact).forEach(table -> table.expand(ids));
    }

    @Override
    public synchronized StudyTables read() {
        List<RunRecord> present = runs.read();
        Set<String> ids = present.stream().map(RunRecord::runId).collect(Collectors.toSet());
        return new StudyTables(
                sorted(present, ids, RunRecord::runId, RUN_ORDER),
                sorted(steps.read(), ids, StepRecord::runId, STEP_ORDER),
                sorted(evals.read(), ids, EvalRecord::runId, EVAL_ORDER),
                sorted(probes.read(), ids, ProbeRecord::runId, PROBE_ORDER));
    }

    private static final Comparator<RunRecord> RUN_ORDER = Comparator.comparingLong(RunRecord::batchSize)
            .thenComparingLong(RunRecord::seed)
            .thenComparing(RunRecord::runId);
    private static final Comparator<StepRecord> STEP_ORDER = Comparator.comparingLong(StepRecord::batchSize)
            .thenComparingLong(StepRecord::seed)
            .thenComparing(StepRecord::runId)
            .thenComparingLong(StepRecord::step);
    private static final Comparator<EvalRecord> EVAL_ORDER = Comparator.comparingLong(EvalRecord::batchSize)
            .thenComparingLong(EvalRecord::seed)
            .thenComparing(EvalRecord::runId)
            .thenComparingLong(EvalRecord::step)
            .thenComparing(EvalRecord::split);
    private static final Comparator<ProbeRecord> PROBE_ORDER = Comparator.comparingLong(ProbeRecord::batchSize)
            .thenComparingLong(ProbeRecord::seed)
            .thenComparing(ProbeRecord::runId)
            .thenComparingLong(ProbeRecord::step)
            .thenComparing(ProbeRecord::probe)
            .thenComparing(ProbeRecord::metric);

    private static <R> List<R> sorted(
            List<R> rows, Set<String> runIds, Function<R, String> runId, Comparator<R> order) {
        return rows.stream()
                .filter(row -> runIds.contains(runId.apply(row)))
                .sorted(order)
                .toList();
    }

    @Override
    public synchronized void writeFindings(List<FindingRecord> records) {
        requireWriting();
        findings.replace(records);
    }

    @Override
    public synchronized List<FindingRecord> readFindings() {
        return findings.read();
    }

    @Override
    public synchronized void compact() {
        requireWriting();
        if (!runs.exists()) {
            return;
        }
        StudyTables tables = read();
        compact(steps, tables.steps());
        compact(evals, tables.evals());
        compact(probes, tables.probes());
        compact(runs, tables.runs());
    }

    private static <R extends Record> void compact(ResultTable<R> table, List<R> rows) {
        if (!table.isCompact()) {
            table.replace(rows);
        }
    }

    private void requireWriting() {
        if (lock == null) {
            throw new IllegalStateException("results directory " + root + " was opened for reading");
        }
    }

    /** Lets another process write. */
    @Override
    public synchronized void close() {
        if (lock != null && !closed) {
            closed = true;
            files.delete(new Path(root, ResultTable.WRITING));
            lock.close();
        }
    }
}
