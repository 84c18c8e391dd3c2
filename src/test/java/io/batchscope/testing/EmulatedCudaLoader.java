package io.batchscope.testing;

import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * Loads the emulation of CUDA before the first test: once something has asked for CUDA, it stays with what it found. Not
 * before tests run: Maven itself looks for them, in one JVM and several class loaders, and a library belongs to one of these.
 */
public final class EmulatedCudaLoader implements TestExecutionListener {
    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        EmulatedCuda.load();
    }
}
