package io.batchscope.fused.cuda;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** An address in a device's memory, for calls that take pointers; owns nothing. Nobody may follow it on the host. */
final class DevicePointer extends FloatPointer {
    DevicePointer(long deviceAddress) {
        super((Pointer) null);
        this.address = deviceAddress;
    }
}
