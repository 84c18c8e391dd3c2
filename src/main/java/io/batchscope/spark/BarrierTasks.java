package io.batchscope.spark;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaRDD;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/** A barrier stage: Spark starts all its tasks at once or none. */
final class BarrierTasks {
    private BarrierTasks() {}

    /** What each task does; travels there. */
    interface Body<T> extends Serializable {
        T run(BarrierTaskContext context) throws InterruptedException;
    }

    /**
     * What came of it, in the order of partitions.
     *
     * @param ranks one in each partition
     * @param type of what a task gives
     */
    static <T> List<T> collect(JavaRDD<Integer> ranks, Class<T> type, Body<T> body) {
        return ranks.rdd()
                .barrier()
                .<T>mapPartitions(new Function<>(body), false, ClassTag$.MODULE$.apply(type))
                .toJavaRDD()
                .collect();
    }

    /** The body, for Scala's interface. */
    private static final class Function<T> extends AbstractFunction1<Iterator<Integer>, Iterator<T>>
            implements Serializable {
        private static final long serialVersionUID = 1L;

        private final Body<T> body;

        Function(Body<T> body) {
            this.body = body;
        }

        @Override
        public Iterator<T> apply(Iterator<Integer> partition) {
            try {
                return JavaConverters.asScalaIterator(
                        List.of(body.run(BarrierTaskContext.get())).iterator());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("the rank was interrupted", e);
            }
        }
    }
}
