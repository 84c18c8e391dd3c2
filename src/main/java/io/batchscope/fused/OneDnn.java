package io.batchscope.fused;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.global.dnnl;

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
