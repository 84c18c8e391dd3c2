package io.batchscope.spark.dl4j;

import java.util.Iterator;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.util.LongAccumulator;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Data sets for SharedTrainingMaster. They come when its trainers are ready for them, say that the run goes on, and when
 * their task is cancelled they break off the training that takes them.
 *
 * @param trainers of this JVM; 1: it trains without threads of its own
 * @param seconds that the trainers may take to come
 * @param taken counts the data sets
 */
record SharingShares(TrainingShares shares, int trainers, double seconds, LongAccumulator taken)
        implements FlatMapFunction<Integer, DataSet> {
    private static final long GLANCE_MILLIS = 100;

    /** As partitions. */
    JavaRDD<DataSet> on(JavaSparkContext spark) {
        return spark.parallelize(IntStream.range(0, shares.parts()).boxed().toList(), shares.parts())
                .flatMap(this);
    }

    @Override
    public Iterator<DataSet> call(Integer part) {
        SharingJvm.prepare();
        watch(TaskContext.get());
        Iterator<DataSet> dataSets = shares.call(part);
        return new Iterator<>() {
            private boolean ready = trainers == 1;

            @Override
            public boolean hasNext() {
                return dataSets.hasNext();
            }

            @Override
            public DataSet next() {
                if (!ready) {
                    SharingJvm.awaitTrainers(trainers, seconds);
                    ready = true;
                }
                taken.add(1);
                return dataSets.next();
            }
        };
    }

    private static void watch(TaskContext task) {
        Thread watch = new Thread(
                () -> {
                    try {
                        while (!task.isCompleted() && !task.isInterrupted()) {
                            Thread.sleep(GLANCE_MILLIS);
                        }
                    } catch (InterruptedException e) {
                        return;
                    }
                    if (task.isInterrupted()) {
                        SharingJvm.breakOff("the task was cancelled");
                    }
                },
                "cancellation of task " + task.taskAttemptId());
        watch.setDaemon(true);
        watch.start();
    }
}
