package io.batchscope.report;

import io.batchscope.analysis.BatchContrasts;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.StudySummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sections that hold batch sizes against the smallest one: a table for each variant of the study. */
final class ContrastSections {
    private final StudySummary summary;
    private final List<BatchContrasts> contrasts;

    /** @param contrasts one a variant; none where no run came to a meaningful end */
    ContrastSections(StudySummary summary, List<BatchContrasts> contrasts) {
        this.summary = summary;
        this.contrasts = List.copyOf(contrasts);
    }

    /**
     * Tables of the same kind.
     *
     * @param title empty where the section's own says it
     * @param note how to read them; empty likewise
     */
    public record Part(String title, String note, List<Named> tables) {}

    /**
     * A variant's table.
     *
     * @param name the variant's; empty where the study has one
     */
    public record Named(String name, Table table) {}

    /** {@code Against batch 32}. */
    String title() {
        return "Against " + reference("the smallest batch");
    }

    /** How to read all tables. */
    String note() {
        String word = summary.variants().word();
        String own = summary.hasVariants() ? " with that " + word : "";
        return "Differences are to " + reference("the smallest batch")
                + (isOne() ? ", the smallest" : "") + " with a run" + own
                + " that neither diverged nor failed, seed by seed: the mean over the seeds that both have, in brackets its"
                + " 95 % interval (paired t). p is that of the paired t-test, on both sides; the last column enlarges it for"
                + " the number of batch sizes tested on that measure" + own
                + " (Holm), so it may be held against 5 % as it is. With one seed there is no interval and no test. The error"
                + " rate is 1 − accuracy: its differences are those of the accuracy with the other sign.";
    }

    private String reference(String otherwise) {
        return isOne() ? "batch " + NumberText.count(contrasts.get(0).reference()) : otherwise;
    }

    private boolean isOne() {
        return contrasts.stream()
                        .mapToLong(BatchContrasts::reference)
                        .distinct()
                        .count()
                == 1;
    }

    /** Losses, accuracies and gaps, of the variants with several batch sizes. */
    Part plain() {
        return new Part(
                "",
                "",
                contrasts.stream()
                        .map(of -> new Named(name(of), ContrastTables.plain(of)))
                        .filter(named -> !named.table().rows().isEmpty())
                        .toList());
    }

    /** One for each probe that was done. */
    List<Part> probes() {
        Map<String, Part> parts = new LinkedHashMap<>();
        for (BatchContrasts of : contrasts) {
            for (ContrastTables.ProbeTable probe : ContrastTables.probes(of)) {
                parts.computeIfAbsent(probe.title(), title -> new Part(title, probe.note(), new ArrayList<>()))
                        .tables()
                        .add(new Named(name(of), probe.table()));
            }
        }
        return List.copyOf(parts.values());
    }

    private String name(BatchContrasts of) {
        return summary.hasVariants() ? of.variant().name() : "";
    }
}
