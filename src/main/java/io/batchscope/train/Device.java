package io.batchscope.train;

import java.io.Serializable;

/**
 * A GPU of the machine that asks.
 *
 * @param address by which it was given to a worker: a number in {@code nvidia-smi}'s order, or a UUID
 * @param uuid by which it is known wherever it is seen, such as {@code GPU-6f3a…}
 * @param name of its kind, such as {@code NVIDIA H200}
 */
public record Device(String address, String uuid, String name) implements Serializable {
    /** One line, such as {@code GPU 0 (NVIDIA H200, GPU-6f3a…)}. */
    public String describe() {
        return "GPU " + address + " (" + name + ", " + uuid + ")";
    }
}
