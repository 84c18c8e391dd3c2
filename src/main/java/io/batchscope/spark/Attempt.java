package io.batchscope.spark;

import io.batchscope.train.TrainedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkException;

/** How one attempt to train a run ended. */
sealed interface Attempt {
    /** With what the run gave. */
    record Trained(TrainedRun run) implements Attempt {}

    /**
     * With nothing.
     *
     * @param cause one line
     * @param mendable whether another attempt may do better, as after the loss of a machine; bad data would only fail again
     */
    record Failed(String cause, boolean mendable) implements Attempt {}

    /** In the message of a failed barrier stage or of a task that failed too often: the rank. */
    Pattern RANK =
            Pattern.compile("barrier task ResultTask\\([0-9]+, ([0-9]+)\\)|Lost task ([0-9]+)\\.[0-9]+ in stage");

    Pattern LOST = Pattern.compile("ExecutorLostFailure \\(executor (\\S+) .*?\\) Reason: (.*)");

    /** An executor that is out of memory will be so again. */
    Pattern MEMORY = Pattern.compile("(?i)out ?of ?memory|oomkilled|memory limit|code 52\\b");

    /** Fewer slots than workers, as while a lost executor comes back. */
    String TOO_FEW_SLOTS = "Barrier execution mode does not allow run a barrier stage that requires more slots";

    /**
     * What Spark's failure means.
     *
     * @param hostOf where a rank was
     */
    static Failed failed(Throwable thrown, IntFunction<String> hostOf) {
        Throwable deepest = deepest(thrown);
        String message = String.valueOf(deepest.getMessage());
        Matcher lost = LOST.matcher(message);
        Matcher rank = RANK.matcher(message);
        if (deepest instanceof SparkException && lost.find()) {
            String who = "an executor";
            if (rank.find()) {
                int number = Integer.parseInt(rank.group(1) == null ? rank.group(2) : rank.group(1));
                who = "rank " + number + " on " + hostOf.apply(number);
            }
            String reason = lost.group(2).strip();
            return new Failed(
                    who + " was lost (executor " + lost.group(1) + ": " + reason + ")",
                    !MEMORY.matcher(reason).find());
        }
        return new Failed(cause(deepest, message), message.contains(TOO_FEW_SLOTS));
    }

    private static Throwable deepest(Throwable thrown) {
        Throwable deepest = thrown;
        List<Throwable> seen = new ArrayList<>();
        while (deepest.getCause() != null && !seen.contains(deepest.getCause())) {
            seen.add(deepest);
            deepest = deepest.getCause();
        }
        return deepest;
    }

    /** What went wrong, in one line, without Spark's wrapping where the original is known. */
    private static String cause(Throwable deepest, String whole) {
        String message = whole;
        int last = message.indexOf("most recent failure: ");
        if (deepest instanceof SparkException && last >= 0) {
            message = message.substring(last + "most recent failure: ".length());
        }
        String line = message.lines().findFirst().orElse("");
        return deepest instanceof SparkException ? line : deepest.getClass().getSimpleName() + ": " + line;
    }
}
