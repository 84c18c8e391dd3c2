package io.batchscope.cli;

import io.batchscope.data.Manifest;

/** How large an example is in a worker's memory. */
final class StoredSize {
    private StoredSize() {}

    static long bytesPerExample(Manifest manifest) {
        long bytes = manifest.encoding() == Manifest.Encoding.UINT8 ? 1 : Float.BYTES;
        return manifest.features() * bytes + Float.BYTES;
    }
}
