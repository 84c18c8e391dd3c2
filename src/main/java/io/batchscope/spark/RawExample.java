package io.batchscope.spark;

import java.io.Serializable;

/**
 * One example on its way from the input to a shard.
 *
 * @param row its number in the input, from 0
 * @param label class, or raw target
 * @param features encoded as they will be stored, see {@link io.batchscope.data.Manifest.Encoding}
 */
@SuppressWarnings("ArrayRecordComponent") // moved, never compared
record RawExample(long row, double label, byte[] features) implements Serializable {}
