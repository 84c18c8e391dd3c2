package io.batchscope.fused;

import io.batchscope.train.Operation.Flatten;

/** Images as rows: the same memory once it is channel by channel, row by row. */
final class FlattenKernel implements Kernel {
    private final Lowering lowering;
    private final Flatten operation;
    private final long[] image;
    private final Tensor row;

    FlattenKernel(Lowering lowering, Flatten operation, int result) {
        this.lowering = lowering;
        this.operation = operation;
        Tensor input = lowering.value(operation.input());
        this.image = input.dimensions();
        Tensor plain = lowering.arranged(input, lowering.natives().plain(image), lowering.forward());
        long features = 1;
        for (int i = 1; i < image.length; i++) {
            features *= image[i];
        }
        this.row = lowering.view(plain, lowering.natives().plain(image[0], features), image[0], features);
        lowering.setValue(result, row);
    }

    @Override
    public void backward(Tensor gradient) {
        Tensor plain = lowering.arranged(gradient, row.description(), lowering.backward());
        lowering.arrive(
                operation.input(), lowering.view(plain, lowering.natives().plain(image), image));
    }
}
