package io.batchscope.fused.cuda;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * An address of a device or of page-locked memory, for calls that take pointers; owns nothing. Where such a call takes any
 * pointer, JavaCPP counts the position of a typed one in bytes: so places are given as addresses, not as positions.
 */
final class RawPointer extends FloatPointer {
    RawPointer(long place) {
        super((Pointer) null);
        this.address = place;
    }

    /** The same object for another address, for calls that come again and again. */
    RawPointer at(long place) {
        this.address = place;
        return this;
    }
}
