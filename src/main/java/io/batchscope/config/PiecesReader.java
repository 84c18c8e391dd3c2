package io.batchscope.config;

import io.batchscope.plan.RecipeConfig.ScheduleConfig.DecayShape;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Piece;
import io.batchscope.units.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the list {@code pieces} of a learning rate. */
final class PiecesReader {
    private PiecesReader() {}

    static List<Piece> read(Section rate) {
        List<Setting> elements = rate.elements("pieces");
        List<Piece> pieces = new ArrayList<>();
        double before = 1;
        for (int i = 0; i < elements.size(); i++) {
            Setting element = elements.get(i);
            Section block = element.section();
            if (block == null) {
                element.wrong("a block { until = …, shape = …, from = …, to = … }");
                pieces.add(new Piece(Optional.empty(), DecayShape.LINEAR, before, before));
                continue;
            }
            Piece piece = piece(block, before, i == elements.size() - 1, element);
            pieces.add(piece);
            before = piece.to();
        }
        return pieces;
    }

    private static Piece piece(Section block, double before, boolean last, Setting element) {
        Optional<Span> until =
                block.has("until") ? Optional.of(block.span("until", Interval.above(0))) : Optional.empty();
        DecayShape shape = block.has("shape") ? block.choice("shape", DecayShape.class) : DecayShape.LINEAR;
        Interval shares = Interval.atLeast(0);
        double from = block.optionalNumber("from", shares).orElse(before);
        double to = block.optionalNumber("to", shares).orElse(from);
        if (shape == DecayShape.EXPONENTIAL && !(from > 0 && to > 0)) {
            element.wrong("from above 0 to above 0 for shape = exponential");
        }
        if (last && until.isPresent()) {
            block.refuse("until", "absent in the last piece, which goes on to the end of the run");
        } else if (!last && until.isEmpty()) {
            element.wrong("a piece with until, as only the last one goes on to the end of the run");
        }
        block.refuseUnknown();
        return new Piece(until, shape, from, to);
    }
}
