package io.batchscope.benchmark;

import io.batchscope.data.Batch;
import io.batchscope.train.DeviceMemoryException;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Memory that a step takes by batch size, and the largest batch that fits; {@code run memory} of the GPU bundle. */
@Command(name = "memory")
public final class GpuMemory implements Callable<Integer> {
    private static final double MIB = 1 << 20;

    @Option(names = "--models", split = ",", defaultValue = "mlp,cnn,resnet20")
    private List<String> models = List.of();

    @Option(names = "--batches", split = ",", defaultValue = "32,128,512,2048,8192,32768,65536")
    private List<Integer> batches = List.of();

    @Option(names = "--largest", defaultValue = "4194304")
    private int largest;

    @Option(names = "--gpu", defaultValue = "0")
    private String gpu = "0";

    @Option(names = "--replica", defaultValue = "cuda")
    private String replica = "cuda";

    private long freeBefore;

    /** Ends with 0, with 2 for arguments that cannot be, with 4 if Batchscope cannot run here. */
    public static void main(String[] arguments) {
        System.exit(GpuCommands.execute(new GpuMemory(), arguments));
    }

    @Override
    public Integer call() {
        GpuCommands.requireBatches(batches);
        GpuCommands.require(largest >= 0, "--largest", largest, "must not be negative (0: no search)");
        List<ProgramNetwork> networks = models.stream().map(ProgramNetwork::of).toList();
        Machinery machinery = GpuCommands.present(replica);
        System.out.println(
                "| model | batch | on the device, held by the replica, MiB | on the device, taken, MiB | native of the host, MiB |");
        System.out.println("|---|---:|---:|---:|---:|");
        for (ProgramNetwork network : networks) {
            // What a first step takes for good (context, compiled kernels, handles) belongs to no batch size.
            measure(machinery, network, 1);
            freeBefore = machinery.freeBytes();
            for (int batch : batches) {
                System.out.printf(
                        "| %s | %d | %s |%n",
                        network.label(),
                        batch,
                        measure(machinery, network, batch).orElse("out of memory | – | –"));
            }
        }
        if (largest > 0) {
            System.out.println();
            System.out.println("| model | largest batch that fits | bound by |");
            System.out.println("|---|---:|---|");
            networks.forEach(network -> System.out.println(search(machinery, network)));
        }
        return 0;
    }

    /** The three numbers of a row; empty: too little memory. */
    private Optional<String> measure(Machinery machinery, ProgramNetwork network, int size) {
        Program program = network.program();
        try (Replica made = machinery.replicas(program, false, gpu).create(1, size)) {
            Batch batch = RandomExamples.batch(network, size);
            made.gradient(batch, 1f / size, false, new float[program.parameterCount()]);
            long taken = freeBefore - machinery.freeBytes();
            return Optional.of(String.format(
                    Locale.ROOT,
                    "%.1f | %s | %.1f",
                    made.deviceBytes() / MIB,
                    freeBefore == 0 ? "–" : String.format(Locale.ROOT, "%.1f", taken / MIB),
                    made.nativeBytes() / MIB));
        } catch (DeviceMemoryException e) {
            System.err.println(network.label() + " " + size + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Doubles until it does not fit, then halves the gap until it is a 64th. */
    private String search(Machinery machinery, ProgramNetwork network) {
        // Features of a batch lie in one Java array.
        long most = Math.min(largest, (Integer.MAX_VALUE - 8) / network.featureCount());
        long fits = 0;
        long fails = most + 1;
        long next = Math.min(most, 1024);
        while (next > fits && next < fails) {
            System.err.println("trying " + network.label() + " " + next);
            if (measure(machinery, network, (int) next).isPresent()) {
                fits = next;
            } else {
                fails = next;
            }
            boolean doubling = fails > most;
            next = doubling ? Math.min(most, 2 * fits) : fits + (fails - fits) / 2;
            if (!doubling && fails - fits <= fits / 64) {
                break;
            }
        }
        return "| " + network.label() + " | " + fits + " | "
                + (fails <= most
                        ? "the device's memory; " + fails + " does not fit"
                        : "the search (--largest, or a Java array's length): more may fit")
                + " |";
    }
}
