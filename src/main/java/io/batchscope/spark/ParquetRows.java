package io.batchscope.spark;

import io.batchscope.result.ResultStoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads one Parquet file of rows in this process. The rows of a study are on the driver anyway, and a Spark
 * job per table would wait for a slot behind the runs that are being trained.
 */
final class ParquetRows {
    private final Configuration configuration;

    ParquetRows(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Writes a new file; with no rows, a file with the schema only. */
    void write(Path file, StructType schema, List<Row> rows) {
        try (ParquetWriter<Row> writer = new Builder(HadoopOutputFile.fromPath(file, configuration), schema)
                .withConf(configuration)
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .withWriteMode(ParquetFileWriter.Mode.CREATE)
                .build()) {
            for (Row row : rows) {
                writer.write(row);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * All rows in the order of the file, with string columns added that stand in the file's path.
     *
     * @throws ResultStoreException if the file is not what a study writes
     */
    List<Row> read(Path file, Map<String, String> inPath) {
        List<Row> rows = new ArrayList<>();
        try (ParquetReader<Group> reader = new GroupReader(HadoopInputFile.fromPath(file, configuration)).build()) {
            StructType schema = null;
            for (Group group = reader.read(); group != null; group = reader.read()) {
                MessageType columns = (MessageType) group.getType();
                if (schema == null) {
                    schema = schemaOf(columns, inPath);
                }
                rows.add(row(group, columns, schema, inPath));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            // Parquet throws bare RuntimeExceptions at files that are none.
            throw new ResultStoreException("table file (" + file + "): cannot be read: " + e.getMessage()
                    + "; restore it, or start again with study --fresh");
        }
        return rows;
    }

    private static Row row(Group group, MessageType columns, StructType schema, Map<String, String> inPath) {
        @Nullable Object[] values = new Object[schema.size()];
        int i = 0;
        for (; i < columns.getFieldCount(); i++) {
            values[i] = group.getFieldRepetitionCount(i) == 0 ? null : value(group, columns.getType(i), i);
        }
        for (String text : inPath.values()) {
            values[i++] = text;
        }
        return new GenericRowWithSchema(values, schema);
    }

    private static StructType schemaOf(MessageType columns, Map<String, String> inPath) {
        StructType schema = new StructType();
        for (Type column : columns.getFields()) {
            schema = schema.add(column.getName(), sparkType(column), column.isRepetition(Repetition.OPTIONAL));
        }
        for (String name : inPath.keySet()) {
            schema = schema.add(name, DataTypes.StringType, false);
        }
        return schema;
    }

    private static boolean isTimestamp(Type column) {
        return column.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
    }

    private static DataType sparkType(Type column) {
        return switch (column.asPrimitiveType().getPrimitiveTypeName()) {
            case INT64 -> isTimestamp(column) ? DataTypes.TimestampType : DataTypes.LongType;
            case INT32 -> DataTypes.IntegerType;
            case DOUBLE -> DataTypes.DoubleType;
            case BOOLEAN -> DataTypes.BooleanType;
            case BINARY -> DataTypes.StringType;
            default -> throw new IllegalArgumentException("column " + column + ": not a type that is written here");
        };
    }

    private static Object value(Group group, Type column, int i) {
        return switch (column.asPrimitiveType().getPrimitiveTypeName()) {
            case INT64 ->
                isTimestamp(column)
                        ? Timestamp.from(Instant.EPOCH.plus(group.getLong(i, 0), ChronoUnit.MICROS))
                        : (Object) group.getLong(i, 0);
            case INT32 -> group.getInteger(i, 0);
            case DOUBLE -> group.getDouble(i, 0);
            case BOOLEAN -> group.getBoolean(i, 0);
            default -> group.getString(i, 0);
        };
    }

    /** {@code ParquetReader.builder} would parse Hadoop's configuration files again for every file that is read. */
    private static final class GroupReader extends ParquetReader.Builder<Group> {
        GroupReader(InputFile file) {
            super(file);
        }

        @Override
        protected ReadSupport<Group> getReadSupport() {
            return new GroupReadSupport();
        }
    }

    private static final class Builder extends ParquetWriter.Builder<Row, Builder> {
        private final StructType schema;

        Builder(OutputFile file, StructType schema) {
            super(file);
            this.schema = schema;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        protected WriteSupport<Row> getWriteSupport(Configuration configuration) {
            return new RowWriteSupport(schema);
        }
    }

    private static final class RowWriteSupport extends WriteSupport<Row> {
        private final StructType schema;
        private @Nullable RecordConsumer consumer;

        RowWriteSupport(StructType schema) {
            this.schema = schema;
        }

        @Override
        public WriteContext init(Configuration configuration) {
            Types.MessageTypeBuilder message = Types.buildMessage();
            for (StructField field : schema.fields()) {
                message.addField(column(field));
            }
            return new WriteContext(message.named("row"), Map.of());
        }

        private static Type column(StructField field) {
            Repetition repetition = field.nullable() ? Repetition.OPTIONAL : Repetition.REQUIRED;
            DataType type = field.dataType();
            if (type.equals(DataTypes.StringType)) {
                return Types.primitive(PrimitiveTypeName.BINARY, repetition)
                        .as(LogicalTypeAnnotation.stringType())
                        .named(field.name());
            } else if (type.equals(DataTypes.TimestampType)) {
                return Types.primitive(PrimitiveTypeName.INT64, repetition)
                        .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS))
                        .named(field.name());
            }
            PrimitiveTypeName name = type.equals(DataTypes.LongType)
                    ? PrimitiveTypeName.INT64
                    : type.equals(DataTypes.IntegerType)
                            ? PrimitiveTypeName.INT32
                            : type.equals(DataTypes.BooleanType) ? PrimitiveTypeName.BOOLEAN : PrimitiveTypeName.DOUBLE;
            return Types.primitive(name, repetition).named(field.name());
        }

        @Override
        public void prepareForWrite(RecordConsumer recordConsumer) {
            consumer = recordConsumer;
        }

        @Override
        public void write(Row row) {
            RecordConsumer out = Objects.requireNonNull(consumer);
            out.startMessage();
            for (int i = 0; i < schema.size(); i++) {
                Object value = row.get(i);
                if (value != null) {
                    String name = schema.fields()[i].name();
                    out.startField(name, i);
                    add(out, value);
                    out.endField(name, i);
                }
            }
            out.endMessage();
        }

        private static void add(RecordConsumer out, Object value) {
            if (value instanceof Long number) {
                out.addLong(number);
            } else if (value instanceof Integer number) {
                out.addInteger(number);
            } else if (value instanceof Double number) {
                out.addDouble(number);
            } else if (value instanceof Boolean truth) {
                out.addBoolean(truth);
            } else if (value instanceof Timestamp time) {
                out.addLong(ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant()));
            } else {
                out.addBinary(Binary.fromString((String) value));
            }
        }
    }
}
