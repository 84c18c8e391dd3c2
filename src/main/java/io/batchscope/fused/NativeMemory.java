package io.batchscope.fused;

import org.bytedeco.javacpp.Pointer;

/** How much native memory the bindings give out in this JVM, to Deeplearning4j as well. */
public final class NativeMemory {
    private NativeMemory() {}

    /** The most that all arrays together may take, in bytes ({@code org.bytedeco.javacpp.maxbytes}); 0: no limit. */
    public static long mostBytes() {
        return Math.max(0, Pointer.maxBytes());
    }

    /** The most that the process may take, heap included ({@code org.bytedeco.javacpp.maxphysicalbytes}); 0: no limit. */
    public static long mostProcessBytes() {
        return Math.max(0, Pointer.maxPhysicalBytes());
    }
}
