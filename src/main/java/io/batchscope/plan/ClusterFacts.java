package io.batchscope.plan;

/**
 * What the planner needs to know of the cluster.
 *
 * @param slots tasks that can run at the same time
 */
public record ClusterFacts(int slots) {}
