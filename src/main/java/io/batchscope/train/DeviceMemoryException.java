package io.batchscope.train;

/** A GPU has too little memory for what a replica was to hold on it. */
public final class DeviceMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message what was refused, and why */
    public DeviceMemoryException(String message) {
        super(message);
    }
}
