package io.batchscope.spark;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** Asks the JVMs that train about themselves: they may run on other machines than the driver. */
public final class ExecutorSurvey {
    /** Answered on an executor; travels there. */
    @FunctionalInterface
    public interface Question<T> extends Serializable {
        @Nullable
        T answer();
    }

    private ExecutorSurvey() {}

    /** The different answers, sorted, without null; see {@link #answers}. */
    public static List<String> ask(SparkSession session, int slots, Question<String> question) {
        return answers(session, slots, question).stream().sorted().toList();
    }

    /** The same, each with who gave it: {@code executor 0 on host-a: …}. */
    public static List<String> askEach(SparkSession session, int slots, Question<String> question) {
        return ask(session, slots, () -> {
            String answer = question.answer();
            return answer == null ? null : here() + ": " + answer;
        });
    }

    /** The executor whose task asks. */
    static String here() {
        SparkEnv spark = SparkEnv.get();
        return "executor " + spark.executorId() + " on "
                + spark.blockManager().blockManagerId().host();
    }

    /**
     * The different answers, without null. As many tasks ask as there are slots, which reaches every executor of a cluster
     * that does nothing else.
     *
     * @param slots tasks that can run at the same time, at least 1
     */
    public static <T> List<T> answers(SparkSession session, int slots, Question<T> question) {
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        spark.setJobDescription("look at the executors");
        return spark.parallelize(IntStream.range(0, slots).boxed().toList(), slots)
                .map(slot -> question.answer())
                .filter(answer -> answer != null)
                .distinct()
                .collect();
    }
}
