package io.batchscope.config;

import java.util.List;

/** A configuration that cannot be used; carries every problem found, not only the first. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    public ConfigException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** One line a problem, as {@code <what> (<file>:<line>, study.<key>): <rule, value>; <what to do>}. */
    public List<String> problems() {
        return problems;
    }
}
