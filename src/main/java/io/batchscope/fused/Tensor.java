package io.batchscope.fused;

import static io.batchscope.fused.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;

import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** Numbers somewhere in a block of native memory, in the order that their description says. */
final class Tensor {
    private final dnnl_memory_desc description;
    private final dnnl_memory memory;
    private final long offset;
    private final long[] dimensions;
    private FloatPointer data = new FloatPointer();
    private boolean shared;

    /**
     * @param natives owns what is made here; not the block
     * @param offset of its first number in the block, in floats
     */
    Tensor(Natives natives, dnnl_memory_desc description, long offset, long... dimensions) {
        this.description = description;
        this.offset = offset;
        this.dimensions = dimensions;
        this.memory = new dnnl_memory();
        // No memory yet: it is said where by bind.
        check(dnnl_memory_create(memory, description, OneDnn.engine(), (Pointer) null), "memory");
        natives.own(() -> dnnl_memory_destroy(memory));
    }

    /** Says where the block is. */
    void bind(FloatPointer block) {
        data = block.getPointer(offset);
        check(dnnl_memory_set_data_handle(memory, data), "memory");
    }

    dnnl_memory_desc description() {
        return description;
    }

    dnnl_memory memory() {
        return memory;
    }

    /** Its first number. */
    FloatPointer data() {
        return data;
    }

    /** Of its first number in the block, in floats. */
    long offset() {
        return offset;
    }

    /** Logical dimensions: examples, then features or channels, height, width. */
    long[] dimensions() {
        return dimensions;
    }

    /** Memory that it takes, padding included; 0 for what a primitive does not need. */
    static long bytes(dnnl_memory_desc description) {
        return dnnl_memory_desc_get_size(description);
    }

    /** Whether several read it, so that nobody may write over it. */
    boolean isShared() {
        return shared;
    }

    /** Says that several read it. */
    void share() {
        shared = true;
    }
}
