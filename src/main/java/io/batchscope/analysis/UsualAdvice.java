package io.batchscope.analysis;

import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;

/**
 * The usual advice about batch sizes, each claim with what a study has measured about it so far.
 *
 * <p>Batch 1 and the full batch are compared with the studied batch sizes from 32 to 256, the "middle" of the advice, or
 * with all others where none of these has the measurement. Only runs of the reference ({@link Variants}) count, and where rates were searched
 * for, those with the tuned rate, but for what is said of rates. Every rule is stated in the row it decides.
 */
public final class UsualAdvice {
    private UsualAdvice() {}

    /** All claims in the order batch 1, full batch, middle, learning rate; the same ones for every study. */
    public static List<AdviceRow> of(StudyTables study) {
        StudyTables all = Variants.of(study.runs()).ofReference(study);
        AdviceContext context = AdviceContext.of(all);
        List<AdviceRow> rows = new ArrayList<>();
        rows.addAll(SingleExampleAdvice.of(context));
        rows.addAll(FullBatchAdvice.of(context));
        rows.add(MiddleBatchAdvice.of(context));
        rows.add(LinearScalingAdvice.of(context, all.runs()));
        return List.copyOf(rows);
    }
}
