package io.batchscope.spark.dl4j;

import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.SocketException;
import org.nd4j.parameterserver.distributed.v2.transport.PortSupplier;

/** A port that is free on the machine that asks first; from then on the same one in that JVM, as Deeplearning4j expects. */
final class FreePort implements PortSupplier {
    private static final long serialVersionUID = 1L;

    private transient int port;

    @Override
    public synchronized int getPort() {
        if (port == 0) {
            try (DatagramSocket socket = new DatagramSocket()) {
                port = socket.getLocalPort();
            } catch (SocketException e) {
                throw new UncheckedIOException(e);
            }
        }
        return port;
    }
}
