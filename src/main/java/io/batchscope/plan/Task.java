package io.batchscope.plan;

/** What the network is asked for: a class (softmax cross-entropy) or numbers (mean squared error). */
public enum Task {
    CLASSIFICATION,
    REGRESSION
}
