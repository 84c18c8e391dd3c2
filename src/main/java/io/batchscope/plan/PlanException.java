package io.batchscope.plan;

import java.util.List;

/** Values that are each valid but do not go together; carries every such problem, each naming place, rule, value and way out. */
public final class PlanException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    public PlanException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** One message a problem, as {@code <what> (<where>): <rule, value>; <what to do>}. */
    public List<String> problems() {
        return problems;
    }
}
