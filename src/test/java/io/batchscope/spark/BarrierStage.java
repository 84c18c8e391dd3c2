package io.batchscope.spark;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/** Runs a body in each task of a barrier stage and gives what came of it, in the order of ranks. */
final class BarrierStage {
    private BarrierStage() {}

    /** What a rank does; what it returns is text, since it travels. */
    interface Body extends Serializable {
        String run(BarrierTaskContext context) throws Exception;
    }

    static List<String> run(SparkSession session, int size, Body body) {
        List<Integer> ranks = IntStream.range(0, size).boxed().toList();
        return JavaSparkContext.fromSparkContext(session.sparkContext())
                .parallelize(ranks, size)
                .rdd()
                .barrier()
                .mapPartitions(new Function(body), false, ClassTag$.MODULE$.<String>apply(String.class))
                .toJavaRDD()
                .collect();
    }

    private static final class Function extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
            implements Serializable {
        private static final long serialVersionUID = 1L;

        private final Body body;

        Function(Body body) {
            this.body = body;
        }

        @Override
        public Iterator<String> apply(Iterator<Integer> rank) {
            try {
                String result = body.run(BarrierTaskContext.get());
                return JavaConverters.asScalaIterator(List.of(result).iterator());
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
