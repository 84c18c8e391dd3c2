package io.batchscope.fused.cuda;

/** A GPU has too little memory for what it was asked to hold. */
public final class DeviceMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DeviceMemoryException(String message) {
        super(message);
    }
}
