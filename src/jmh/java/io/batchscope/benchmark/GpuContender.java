package io.batchscope.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Whose step is timed on a GPU. */
public enum GpuContender implements Entrant {
    BATCHSCOPE("batchscope", "Batchscope", ""),
    BATCHSCOPE_RESIDENT("batchscope-resident", "Batchscope, data on the GPU", ""),
    BATCHSCOPE_TF32("batchscope-tf32", "Batchscope, TF32", ""),
    PYTORCH("pytorch", "PyTorch", ""),
    PYTORCH_GRAPH("pytorch-graph", "PyTorch, CUDA graph", "--graph"),
    PYTORCH_RESIDENT("pytorch-resident", "PyTorch, data on the GPU", "--resident"),
    PYTORCH_RESIDENT_GRAPH("pytorch-resident-graph", "PyTorch, data on the GPU, CUDA graph", "--resident --graph"),
    PYTORCH_TF32("pytorch-tf32", "PyTorch, TF32", "--tf32"),
    PYTORCH_GRAPH_TF32("pytorch-graph-tf32", "PyTorch, CUDA graph, TF32", "--graph --tf32");

    private final String label;
    private final String title;

    private final String scriptArguments;

    GpuContender(String label, String title, String scriptArguments) {
        this.label = label;
        this.title = title;
        this.scriptArguments = scriptArguments;
    }

    /** The contender of this name. */
    public static GpuContender of(String label) {
        return Arrays.stream(values())
                .filter(contender -> contender.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("contender " + label
                        + " (--contenders): must be one of "
                        + Arrays.stream(values()).map(GpuContender::label).collect(Collectors.joining(", "))
                        + "; name one of them"));
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public String title() {
        return title;
    }

    /** Whether it is PyTorch. */
    public boolean isPyTorch() {
        return label.startsWith("pytorch");
    }

    /** Whether the examples lie on the GPU. */
    public boolean resident() {
        return label.contains("resident");
    }

    /** Whether products may round their factors to TF32. */
    public boolean tensorFloat32() {
        return label.endsWith("tf32");
    }

    /** What {@code pytorch_steps.py} is told. */
    public List<String> scriptArguments() {
        return scriptArguments.isEmpty() ? List.of() : List.of(scriptArguments.split(" "));
    }
}
