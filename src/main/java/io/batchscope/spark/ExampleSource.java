package io.batchscope.spark;

import org.apache.spark.api.java.JavaRDD;

/** Raw examples of one input, in an order of rows that does not depend on how Spark reads them. */
interface ExampleSource {
    /**
     * Reads everything once and checks it.
     *
     * @throws io.batchscope.data.DataException naming the first value that cannot be used
     */
    Inspection inspect();

    /** The examples, each with its row number; only after {@link #inspect} found nothing wrong. */
    JavaRDD<RawExample> examples(LabelEncoding labels);
}
