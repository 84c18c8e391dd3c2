package io.batchscope.benchmark;

/** How many workers train where. */
enum Layout {
    /** One worker in a JVM that has one core. */
    ONE_ON_ONE_CORE("one worker on one core", 1),
    /** One worker in a JVM that has all cores. */
    ONE_ON_ALL_CORES("one worker, all cores", 1),
    /** Two workers in one JVM. */
    TWO_IN_ONE_JVM("two workers in one JVM", 2),
    /** Two workers in two JVMs on a core each, which sum over the ring. */
    TWO_JVMS("two worker JVMs, ring", 2),
    /** As {@link #TWO_JVMS} over a slow link, sums begun after the backward pass. */
    LINK_AFTERWARDS("summed after the backward pass", 2),
    /** As {@link #TWO_JVMS} over a slow link, sums begun within the backward pass. */
    LINK_OVERLAPPED("summed within it", 2);

    private final String title;
    private final int workers;

    Layout(String title, int workers) {
        this.title = title;
        this.workers = workers;
    }

    /** Its name in tables. */
    String title() {
        return title;
    }

    /** How many workers. */
    int workers() {
        return workers;
    }
}
