package io.batchscope.testing;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Loads the emulation of CUDA before the first test: once something has asked for CUDA, it stays with what it found. */
public final class EmulatedCudaLoader implements LauncherSessionListener {
    @Override
    public void launcherSessionOpened(LauncherSession session) {
        EmulatedCuda.load();
    }
}
