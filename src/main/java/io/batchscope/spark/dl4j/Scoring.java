package io.batchscope.spark.dl4j;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.data.Split;
import io.batchscope.plan.RunPlan;
import io.batchscope.spark.DataLocation;
import io.batchscope.spark.RankExamples;
import io.batchscope.spark.ShardReader;
import io.batchscope.train.Parameters;
import io.batchscope.train.Replica;
import io.batchscope.train.Replica.Score;
import io.batchscope.train.ReplicaFactory;
import java.io.Serializable;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Measures parameters on whole splits as all other modes do: each worker the examples that it holds, summed. */
record Scoring(RunPlan plan, DataLocation data, ShardReader reader, ReplicaFactory replicas) implements Serializable {
    /** The score of the whole split; without examples {@link Score#NONE}. */
    Score score(JavaSparkContext spark, Split split, float[] values) {
        Broadcast<Parameters> parameters = spark.broadcast(new Parameters(values));
        try {
            return spark
                    .parallelize(IntStream.range(0, plan.workers()).boxed().toList(), plan.workers())
                    .map(rank -> onOwnThread(() -> share(split, rank, parameters.value())))
                    .collect()
                    .stream()
                    .map(Sums::score)
                    .reduce(Score.NONE, Score::plus);
        } finally {
            parameters.destroy();
        }
    }

    /** A {@link Score} that travels. */
    private record Sums(long examples, double lossSum, long correct) implements Serializable {
        Score score() {
            return new Score(examples, lossSum, correct);
        }
    }

    /**
     * A replica in the end frees all memory that Deeplearning4j keeps for its thread, and a task's thread may have made some
     * that SharedTrainingMaster goes on using.
     */
    private static Sums onOwnThread(Callable<Sums> measurement) throws Exception {
        FutureTask<Sums> task = new FutureTask<>(measurement);
        Thread thread = new Thread(task, Thread.currentThread().getName() + " (evaluation)");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (InterruptedException e) {
            thread.interrupt();
            throw e;
        }
    }

    private Sums share(Split split, int rank, Parameters parameters) {
        Examples examples = new RankExamples(plan, data, reader).of(split, rank);
        if (examples.size() == 0) {
            return new Sums(0, 0, 0);
        }
        Score score = Score.NONE;
        try (Replica replica = replicas.create(plan.seed(), plan.microBatch())) {
            replica.writeParameters(parameters.values());
            Batch batch = new Batch(Math.min(plan.microBatch(), examples.size()), examples.featureCount());
            for (int from = 0; from < examples.size(); from += batch.capacity()) {
                batch.fill(examples, from, Math.min(examples.size(), from + batch.capacity()));
                score = score.plus(replica.score(batch));
            }
        }
        return new Sums(score.examples(), score.lossSum(), score.correct());
    }
}
