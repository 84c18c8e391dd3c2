package io.batchscope.analysis;

import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;

/**
 * What a study's laws and runs say to do, fitted once for all that shows it.
 *
 * @param recommendations for every purpose; none for a study without runs
 * @param laws of every variant, the reference first
 * @param curves of the reference
 */
public record StudyAnswers(List<Recommendation> recommendations, List<TargetLaws> laws, LawCurves curves) {
    public StudyAnswers {
        recommendations = List.copyOf(recommendations);
        laws = List.copyOf(laws);
    }

    /**
     * Of a study.
     *
     * @param summary of {@code all}
     */
    public static StudyAnswers of(StudySummary summary, StudyTables all) {
        StudyTables tuned = summary.searches().tuned(all);
        Variants variants = Variants.of(all.runs());
        List<VariantLaws> fitted = VariantLaws.of(summary, all);
        List<TargetLaws> laws = new ArrayList<>();
        LawCurves curves = LawCurves.NONE;
        for (VariantLaws of : fitted) {
            StudyTables compared = summary.variants().of(of.variant(), tuned);
            StudyTables every = variants.of(of.variant(), all);
            laws.add(TargetLaws.of(summary, of, compared, every));
            if (of.variant().equals(summary.reference())) {
                curves = LawCurves.of(of, compared, every);
            }
        }
        return new StudyAnswers(Recommendations.of(summary, tuned, fitted), laws, curves);
    }

    /** Whether some run reached the target. */
    public boolean anyArrived() {
        return laws.stream().anyMatch(of -> !of.goal().isEmpty());
    }
}
