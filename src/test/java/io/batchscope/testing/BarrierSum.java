package io.batchscope.testing;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/** A Spark application for trying a cluster: two barrier tasks that meet and tell each other who they are. */
public final class BarrierSum {
    private BarrierSum() {}

    /** Prints the ranks and the executors that the tasks ran on. */
    public static void main(String[] arguments) {
        try (SparkSession session = SparkSession.builder().getOrCreate();
                JavaSparkContext context = new JavaSparkContext(session.sparkContext())) {
            List<String> places = context.parallelize(List.of(0, 1), 2)
                    .rdd()
                    .barrier()
                    .mapPartitions(new Meet(), false, ClassTag$.MODULE$.apply(String.class))
                    .toJavaRDD()
                    .collect();
            System.out.println("met: " + places);
        }
        System.exit(0);
    }

    /** What each task does: returns the executors of all tasks, as in {@code 0+1}. */
    static final class Meet extends AbstractFunction1<Iterator<Integer>, Iterator<String>> implements Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public Iterator<String> apply(Iterator<Integer> numbers) {
            String[] executors =
                    BarrierTaskContext.get().allGather(SparkEnv.get().executorId());
            return JavaConverters.asScalaIterator(
                    List.of(String.join("+", executors)).iterator());
        }
    }
}
