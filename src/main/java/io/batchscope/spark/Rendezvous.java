package io.batchscope.spark;

import io.batchscope.collective.GatherCollective;
import io.batchscope.collective.MemoryMeetings;
import io.batchscope.collective.RingListener;
import io.batchscope.plan.Transport;
import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import io.batchscope.train.Device;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.BarrierTaskInfo;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;

/**
 * How the ranks of one run find each other: in memory, on a ring of sockets, or by way of Spark's driver. A rank that
 * closes it before it has said where it is tells the others not to wait.
 */
final class Rendezvous implements AutoCloseable {
    private static final String NOWHERE = "-";

    private final Transport transport;
    private final BarrierTaskContext context;
    private boolean said;
    private @Nullable RingListener ring;

    Rendezvous(Transport transport, BarrierTaskContext context) {
        this.transport = transport;
        this.context = context;
    }

    /**
     * Where a rank is.
     *
     * @param jvm its {@link MemoryMeetings#jvm}
     * @param host by which Spark reaches it
     * @param address where it waits for its neighbour in the ring; a dash if nobody has to come
     * @param device the GPU that it computes on; empty: the processor
     */
    record Place(String jvm, String host, String address, Optional<Device> device) {
        static Place read(String text) {
            String[] words = text.split(" ", 6);
            return new Place(
                    words[0],
                    words[1],
                    words[2],
                    words.length < 6 ? Optional.empty() : Optional.of(new Device(words[3], words[4], words[5])));
        }

        /** In one line; only the name of a GPU, which is last, may have spaces. */
        String text() {
            return jvm + " " + host + " " + address
                    + device.map(gpu -> " " + gpu.address() + " " + gpu.uuid() + " " + gpu.name())
                            .orElse("");
        }
    }

    /**
     * Tells the others where this rank is, and waits until all have done so.
     *
     * @param host by which Spark reaches this rank
     * @param device the GPU that it computes on, if any
     * @return where they are, in rank order
     * @throws CollectiveException if one of them cannot take part
     */
    List<Place> gather(String host, Optional<Device> device) throws IOException {
        if (transport == Transport.RING || (transport == Transport.AUTO && !onOneExecutor())) {
            ring = listen(host);
        }
        String address = ring == null ? NOWHERE : ring.address();
        List<String> places = tell(new Place(MemoryMeetings.jvm(), host, address, device).text());
        int missing = places.indexOf(NOWHERE);
        if (missing >= 0) {
            throw new CollectiveException("rank " + missing + " failed before the ranks met");
        }
        return places.stream().map(Place::read).toList();
    }

    /**
     * Connects with the others.
     *
     * @param secret of this attempt at the run
     * @throws CollectiveException if one of them cannot be reached in time
     */
    Collective connect(List<Place> places, byte[] secret, Duration timeout) {
        int rank = context.partitionId();
        if (transport == Transport.DRIVER) {
            return GatherCollective.of(rank, places.size(), new DriverGathering(context), timeout);
        }
        boolean oneJvm = places.stream().map(Place::jvm).distinct().count() == 1;
        if (transport == Transport.AUTO && oneJvm) {
            return MemoryMeetings.join(rank, places.size(), secret, timeout);
        }
        if (ring == null) {
            throw new IllegalStateException("Spark names one executor for ranks in several JVMs");
        }
        List<String> addresses = places.stream().map(Place::address).toList();
        boolean encrypted = SparkEnv.get().conf().getBoolean("spark.network.crypto.enabled", false);
        return ring.connect(rank, addresses, secret, timeout, encrypted);
    }

    @Override
    public void close() {
        if (ring != null) {
            ring.close();
        }
        if (!said) {
            tell(NOWHERE);
        }
    }

    private List<String> tell(String text) {
        said = true;
        return BarrierRound.gather(context, text);
    }

    /** A rank that cannot listen is at fault itself, and will be so again. */
    private static RingListener listen(String host) throws IOException {
        try {
            return RingListener.open(InetAddress.getByName(host));
        } catch (CollectiveException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Whether sockets are of no use; every rank comes to the same conclusion. */
    private boolean onOneExecutor() {
        return Arrays.stream(context.getTaskInfos())
                        .map(BarrierTaskInfo::address)
                        .distinct()
                        .count()
                == 1;
    }
}
