package io.batchscope.plan;

import java.util.Locale;

/** In which order the runs of a study are trained; what they compute does not depend on it. */
public enum RunOrder {
    /** As many runs of one worker side by side as there are slots, the costliest first: the study ends soonest. */
    COSTLIEST_FIRST,
    /**
     * One run at a time, all of a seed before the next seed, within a seed as good as at random. A machine that is slower for
     * a while then slows a few runs of every batch size instead of all of one (a randomized block design, Fisher 1935).
     */
    SEED_BY_SEED;

    /** The word in the configuration. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** How many runs of one worker are trained at the same time where there are so many slots. */
    public int atOnce(int slots) {
        return this == SEED_BY_SEED ? 1 : slots;
    }
}
