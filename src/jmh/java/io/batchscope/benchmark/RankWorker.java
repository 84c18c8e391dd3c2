package io.batchscope.benchmark;

import io.batchscope.collective.LocalCollective;
import io.batchscope.collective.RingListener;
import io.batchscope.plan.Measures;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.RunPlans;
import io.batchscope.train.Collective;
import io.batchscope.train.RankData;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.StepLoop;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One or more ranks in a JVM of its own. Reads requests and answers them as {@link StepWorker} does:
 *
 * <pre>
 * prepare MODEL PER_WORKER RANKS         builds data and replicas                         ok
 * run RANKS STEPS                        trains with so many of them, summing in memory   ok SECONDS
 * listen                                 opens the listener of a ring                     ok ADDRESS
 * join RANK STEPS OVERLAP ADDRESS…       trains as that rank of the ring                  ok SECONDS
 * </pre>
 *
 * Seconds are those of the updates, {@code train_seconds} of a run.
 */
public final class RankWorker {
    /** Bytes of one rank's examples exceed the caches of a core. */
    private static final int EXAMPLES = 8192;

    private static final int MICRO_BATCH = 1024;
    private static final long SEED = 7;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Known to the ranks of this benchmark on loopback only. */
    private static final byte[] SECRET = "batchscope benchmark".getBytes(StandardCharsets.UTF_8);

    /** A rank's own thread, on which alone its replica works. */
    private record Seat(ExecutorService thread, Replica replica, RankData data) {}

    private final List<Seat> seats = new ArrayList<>();
    private int perWorker;
    private @Nullable RingListener listener;

    private RankWorker() {}

    /** Answers until its standard input ends. */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers = System.out;
        // Libraries that greet must not do it between the answers.
        System.setOut(System.err);
        answers.println("ok Java " + System.getProperty("java.version"));
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        RankWorker worker = new RankWorker();
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            answers.println(worker.answer(line.split(" ")));
        }
        System.exit(0);
    }

    private String answer(String[] request) {
        try {
            return "ok " + carryOut(request);
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            e.printStackTrace();
            return "error " + e.toString().lines().findFirst().orElse("");
        }
    }

    private String carryOut(String[] request) throws Exception {
        return switch (request[0]) {
            case "prepare" -> {
                prepare(Workload.of(request[1]), Integer.parseInt(request[2]), Integer.parseInt(request[3]));
                yield "";
            }
            case "run" -> Double.toString(run(Integer.parseInt(request[1]), Long.parseLong(request[2])));
            case "listen" -> {
                RingListener open = RingListener.open(InetAddress.getLoopbackAddress());
                listener = open;
                yield open.address();
            }
            case "join" ->
                Double.toString(join(
                        Integer.parseInt(request[1]),
                        Long.parseLong(request[2]),
                        Boolean.parseBoolean(request[3]),
                        Arrays.asList(request).subList(4, request.length)));
            default -> throw new IllegalArgumentException("unknown request " + request[0]);
        };
    }

    private void prepare(Workload workload, int examplesPerWorker, int ranks) throws Exception {
        for (Seat seat : seats) {
            seat.thread.submit(seat.replica::close).get();
            seat.thread.shutdown();
        }
        seats.clear();
        perWorker = examplesPerWorker;
        ReplicaFactory replicas = Contender.asAStudyWould(workload.model());
        ArrayExamples none = new ArrayExamples(List.of(), List.of());
        for (int rank = 0; rank < ranks; rank++) {
            ExecutorService thread = Executors.newSingleThreadExecutor();
            Callable<Replica> making = () -> replicas.create(1, MICRO_BATCH);
            seats.add(new Seat(
                    thread,
                    thread.submit(making).get(),
                    new RankData(RandomBytes.of(workload, examples(), rank), none, none)));
        }
    }

    private int examples() {
        return Math.max(EXAMPLES, perWorker);
    }

    private double run(int ranks, long steps) throws Exception {
        List<Collective> collectives = LocalCollective.of(ranks, LIMIT);
        List<Future<Double>> seconds = new ArrayList<>();
        for (int i = 0; i < ranks; i++) {
            Seat seat = seats.get(i);
            Collective collective = collectives.get(i);
            seconds.add(seat.thread.submit(() -> train(seat, collective, steps)));
        }
        double longest = 0;
        for (Future<Double> rank : seconds) {
            longest = Math.max(longest, rank.get());
        }
        return longest;
    }

    private double join(int rank, long steps, boolean overlap, List<String> addresses)
            throws InterruptedException, ExecutionException {
        RingListener open = listener;
        if (open == null) {
            throw new IllegalStateException("join before listen");
        }
        Seat seat = seats.get(0);
        Future<Double> seconds = seat.thread.submit(() -> {
            try (Collective ring = open.connect(rank, addresses, SECRET, LIMIT)) {
                return train(seat, overlap ? ring : new SummedAfterwards(ring), steps);
            }
        });
        return seconds.get();
    }

    private double train(Seat seat, Collective collective, long steps) throws InterruptedException {
        RunPlan plan = plan(collective.size(), steps);
        TrainedRun run =
                new StepLoop(plan, seat.data, seat.replica, collective, List.of(), TrainingListener.NONE).run();
        if (run.steps() != steps) {
            throw new IllegalStateException("did " + run.steps() + " updates of " + steps + ": " + run.outcome());
        }
        return run.trainSeconds();
    }

    private RunPlan plan(int workers, long steps) {
        long never = Long.MAX_VALUE;
        OptimizerConfig nesterov =
                new OptimizerConfig(OptimizerConfig.Name.NESTEROV, TrainingStep.MOMENTUM, 0, 0.9, 0.999, 1e-8);
        return new RunPlans(
                        Task.CLASSIFICATION,
                        (long) examples() * workers,
                        (long) perWorker * workers,
                        workers,
                        MICRO_BATCH,
                        workers,
                        steps,
                        TrainingStep.LEARNING_RATE,
                        nesterov,
                        null,
                        Double.POSITIVE_INFINITY,
                        never,
                        never,
                        SEED,
                        new LearningRateSchedule.Constant(TrainingStep.LEARNING_RATE),
                        Measures.NONE)
                .plan();
    }
}
