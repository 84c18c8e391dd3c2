package io.batchscope.plan;

/**
 * What the planner needs to know of a data set.
 *
 * @param fingerprint changes when the examples change
 * @param outputs classes (classification) or target values per example (regression)
 */
public record DataFacts(
        String fingerprint,
        Task task,
        long trainExamples,
        long validationExamples,
        long testExamples,
        int features,
        int outputs) {}
