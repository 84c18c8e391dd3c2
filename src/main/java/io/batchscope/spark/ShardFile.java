package io.batchscope.spark;

import io.batchscope.plan.Task;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/** One Parquet file of a prepared split: columns {@code index}, {@code features}, {@code label}. */
final class ShardFile {
    private static final String INDEX = "index";
    private static final String FEATURES = "features";
    private static final String LABEL = "label";

    private ShardFile() {}

    /** Name of file {@code number} of a split. */
    static String name(int number) {
        return String.format(Locale.ROOT, "part-%05d.parquet", number);
    }

    static MessageType schema(Task task) {
        PrimitiveTypeName label = task == Task.CLASSIFICATION ? PrimitiveTypeName.INT32 : PrimitiveTypeName.FLOAT;
        return Types.buildMessage()
                .required(PrimitiveTypeName.INT64)
                .named(INDEX)
                .required(PrimitiveTypeName.BINARY)
                .named(FEATURES)
                .required(label)
                .named(LABEL)
                .named("example");
    }

    /** Writes one file. */
    static final class Writer implements AutoCloseable {
        private final MessageType schema;
        private final Task task;
        private final ParquetWriter<Group> out;

        Writer(Configuration hadoop, Path file, Task task) throws IOException {
            this.schema = schema(task);
            this.task = task;
            this.out = ExampleParquetWriter.builder(HadoopOutputFile.fromPath(file, hadoop))
                    .withConf(hadoop)
                    .withType(schema)
                    .withCompressionCodec(CompressionCodecName.SNAPPY)
                    // Every example is different: a dictionary of them would only be thrown away again.
                    .withDictionaryEncoding(FEATURES, false)
                    .build();
        }

        void write(long index, byte[] features, double label) throws IOException {
            Group group = new SimpleGroup(schema);
            group.add(INDEX, index);
            group.add(FEATURES, Binary.fromConstantByteArray(features));
            if (task == Task.CLASSIFICATION) {
                group.add(LABEL, (int) label);
            } else {
                group.add(LABEL, (float) label);
            }
            out.write(group);
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    /** Takes the examples of a file, in their order. */
    interface Visitor {
        /**
         * Takes one example.
         *
         * @param features as stored; valid during the call
         * @return whether to go on
         */
        boolean visit(long index, ByteBuffer features, double label);
    }

    /** Reads a file until its end or until the visitor has enough. */
    static void read(Configuration hadoop, Path file, Task task, Visitor visitor) throws IOException {
        try (ParquetReader<Group> in = ParquetReader.builder(new GroupReadSupport(), file)
                .withConf(hadoop)
                .build()) {
            for (Group group = in.read(); group != null; group = in.read()) {
                double label = task == Task.CLASSIFICATION ? group.getInteger(LABEL, 0) : group.getFloat(LABEL, 0);
                ByteBuffer features = group.getBinary(FEATURES, 0).toByteBuffer();
                if (!visitor.visit(group.getLong(INDEX, 0), features, label)) {
                    return;
                }
            }
        }
    }
}
