package io.batchscope.plan;

import java.util.Locale;

/** What can be measured about a trained network, once, at the end of a run. */
public enum ProbeKind {
    /** How far its confidence is from its accuracy. */
    CALIBRATION,
    /** Loss and accuracy with noise on the parameters. */
    WEIGHT_NOISE,
    /** Loss and accuracy on corrupted test inputs. */
    CORRUPTED_INPUTS,
    /** Which labels it puts out for training examples whose labels were changed. */
    LABEL_MEMORY;

    /** The word in the configuration and in the table {@code probes}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
