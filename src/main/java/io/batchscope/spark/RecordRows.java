package io.batchscope.spark;

import io.batchscope.result.ResultStoreException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Records as Spark rows, one column a component, named in snake case. Components are {@code long}, {@code int},
 * {@code double}, {@code boolean} and their boxes, {@code String} and {@code Instant}; a boxed or {@code @Nullable} one
 * may be null. A component that is a record, never null, stands for columns of its own components.
 */
public final class RecordRows {
    private static final ClassValue<Mapping> MAPPINGS = new ClassValue<>() {
        @Override
        protected Mapping computeValue(Class<?> type) {
            return Mapping.of(type);
        }
    };

    private RecordRows() {}

    /** The columns of a record type, in the order of its components. */
    public static <R extends Record> StructType schema(Class<R> type) {
        return MAPPINGS.get(type).schema();
    }

    /**
     * A record as a row of {@link #schema}. NaN and infinity become null where the column may be null.
     *
     * @throws IllegalArgumentException if a column that may not be null holds null, NaN or infinity
     */
    public static <R extends Record> Row toRow(R value) {
        Mapping mapping = MAPPINGS.get(value.getClass());
        return RowFactory.create(mapping.values(value).toArray());
    }

    /**
     * A row as a record, by column name; columns that the record does not have are ignored.
     *
     * @throws ResultStoreException if a column that may not be null is missing or null, or holds another type
     */
    public static <R extends Record> R fromRow(Class<R> type, Row row) {
        return type.cast(MAPPINGS.get(type).record(row));
    }

    /** {@code gradientNorm} → {@code gradient_norm}. */
    static String columnName(String component) {
        return component.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /** What a component is in a row: a column or, of a record, several. */
    private sealed interface Part {
        Stream<Column> columns();

        Stream<@Nullable Object> values(Record owner);

        @Nullable
        Object valueIn(Row row);
    }

    private record Nested(Mapping mapping, Method accessor) implements Part {
        @Override
        public Stream<Column> columns() {
            return mapping.parts().stream().flatMap(Part::columns);
        }

        @Override
        public Stream<@Nullable Object> values(Record owner) {
            return mapping.values((Record) invoke(() -> accessor.invoke(owner)));
        }

        @Override
        public Object valueIn(Row row) {
            return mapping.record(row);
        }
    }

    private record Mapping(List<Part> parts, StructType schema, Constructor<?> constructor) {
        static Mapping of(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            List<Part> parts = Arrays.stream(components).map(Mapping::part).toList();
            StructType schema = new StructType();
            for (Column column : parts.stream().flatMap(Part::columns).toList()) {
                schema = schema.add(column.name(), column.dataType(), column.nullable());
            }
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<?> constructor = invoke(() -> type.getDeclaredConstructor(types));
            constructor.setAccessible(true);
            return new Mapping(parts, schema, constructor);
        }

        private static Part part(RecordComponent component) {
            if (!component.getType().isRecord()) {
                return Column.of(component);
            }
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            return new Nested(of(component.getType()), accessor);
        }

        Stream<@Nullable Object> values(Record value) {
            return parts.stream().flatMap(part -> part.values(value));
        }

        Object record(Row row) {
            @Nullable
            Object[] values = parts.stream().map(part -> part.valueIn(row)).toArray();
            return invoke(() -> constructor.newInstance(values));
        }
    }

    private record Column(
            String name, String owner, Class<?> type, DataType dataType, boolean nullable, Method accessor)
            implements Part {
        static Column of(RecordComponent component) {
            Class<?> type = component.getType();
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            String owner = component.getDeclaringRecord().getSimpleName();
            boolean annotated = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            boolean boxed = Number.class.isAssignableFrom(type) || type == Boolean.class;
            return new Column(
                    columnName(component.getName()),
                    owner,
                    boxed(type),
                    dataType(component),
                    annotated || boxed,
                    accessor);
        }

        @Override
        public Stream<Column> columns() {
            return Stream.of(this);
        }

        @Override
        public Stream<@Nullable Object> values(Record value) {
            return Stream.<@Nullable Object>of(valueIn(value));
        }

        private @Nullable Object valueIn(Record value) {
            Object found = invoke(() -> accessor.invoke(value));
            if (found instanceof Double number && !Double.isFinite(number)) {
                if (!nullable) {
                    throw new IllegalArgumentException("column " + name + " (" + owner + "): must be finite, but is "
                            + number + "; leave the row out or make the component nullable");
                }
                return null;
            }
            if (found == null && !nullable) {
                throw new IllegalArgumentException("column " + name + " (" + owner + "): must not be null");
            }
            return found instanceof Instant instant ? Timestamp.from(instant) : found;
        }

        @Override
        public @Nullable Object valueIn(Row row) {
            int index = row.schema().getFieldIndex(name).isDefined() ? row.fieldIndex(name) : -1;
            Object found = index < 0 ? null : row.get(index);
            if (found instanceof Timestamp timestamp) {
                found = timestamp.toInstant();
            }
            if (found == null && !nullable) {
                throw unreadable(index < 0 ? "is missing" : "is null");
            }
            if (found != null && !type.isInstance(found)) {
                throw unreadable("holds " + found.getClass().getSimpleName() + ", not " + type.getSimpleName());
            }
            return found;
        }

        private ResultStoreException unreadable(String what) {
            return new ResultStoreException("column " + name + " (" + owner + "): " + what
                    + "; the results were written by another version: use that one, or another output directory");
        }

        private static Class<?> boxed(Class<?> type) {
            return java.lang.invoke.MethodType.methodType(type).wrap().returnType();
        }

        private static DataType dataType(RecordComponent component) {
            Class<?> type = boxed(component.getType());
            if (type == Long.class) {
                return DataTypes.LongType;
            } else if (type == Integer.class) {
                return DataTypes.IntegerType;
            } else if (type == Double.class) {
                return DataTypes.DoubleType;
            } else if (type == Boolean.class) {
                return DataTypes.BooleanType;
            } else if (type == String.class) {
                return DataTypes.StringType;
            } else if (type == Instant.class) {
                return DataTypes.TimestampType;
            }
            throw new IllegalArgumentException("component " + component.getName() + " ("
                    + component.getDeclaringRecord().getSimpleName() + "): " + type.getSimpleName()
                    + " is not a column type; use long, int, double, boolean, String or Instant");
        }
    }

    private interface Reflection<T> {
        T run() throws ReflectiveOperationException;
    }

    private static <T extends @Nullable Object> T invoke(Reflection<T> call) {
        try {
            return call.run();
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
