package io.batchscope.study;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What one executor says of its memory; all in bytes.
 *
 * @param executor Spark's name of it
 * @param host where it is; executors of a host share the machine
 * @param tasks that it runs at once, at least 1
 * @param heap the most that its heap grows to
 * @param machine memory of the machine or container
 * @param overhead memory beside the heap that the cluster grants the process; null where nothing but the machine limits it
 * @param jvm native memory that the JVM takes for itself (classes, compiled code)
 * @param nativeMost the most that native arrays may take; 0: no limit
 * @param processMost the most that the process may take; 0: no limit
 */
public record ExecutorMemory(
        String executor,
        String host,
        int tasks,
        long heap,
        long machine,
        @Nullable Long overhead,
        long jvm,
        long nativeMost,
        long processMost)
        implements Serializable {}
