package io.batchscope.fused;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_memory_consumption_s64;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.LongPointer;

/** The native library: one engine for the whole JVM, and its error codes as exceptions. */
final class OneDnn {
    private static final dnnl_engine ENGINE = open();

    private OneDnn() {}

    private static dnnl_engine open() {
        dnnl_engine engine = new dnnl_engine();
        check(dnnl_engine_create(engine, dnnl_cpu, 0), "dnnl_engine_create");
        return engine;
    }

    /** The processor as oneDNN sees it; never destroyed. */
    static dnnl_engine engine() {
        return ENGINE;
    }

    /** The instruction set that oneDNN generates code for, such as {@code avx512_core_amx}. */
    static String instructionSet() {
        int effective = dnnl_get_effective_cpu_isa();
        for (dnnl.cpu_isa isa : dnnl.cpu_isa.values()) {
            if (isa.value == effective && isa != dnnl.cpu_isa.isa_default) {
                return isa.name();
            }
        }
        return "instruction set " + effective;
    }

    /** What a primitive of this description works in beside its arguments. */
    static long scratchBytes(dnnl_primitive_desc description) {
        try (LongPointer bytes = new LongPointer(1)) {
            check(
                    dnnl_primitive_desc_query(description, dnnl_query_memory_consumption_s64, 0, bytes),
                    "to say how much memory it needs");
            return bytes.get();
        }
    }

    /**
     * Turns an error code into an exception.
     *
     * @throws IllegalStateException if {@code status} is not success
     */
    static void check(int status, String operation) {
        if (status != dnnl_success) {
            throw new IllegalStateException("oneDNN refused " + operation + " with status " + status
                    + "; train with the general replica instead (study.replica = dl4j)");
        }
    }
}
