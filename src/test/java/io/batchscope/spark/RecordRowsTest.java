package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.result.ResultStoreException;
import io.batchscope.result.RunRecord;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordRowsTest {
    record Sample(
            long batchSize,
            int workers,
            double loss,
            boolean kept,
            String runId,
            Instant startedAt,
            @Nullable Double gradientNormSqSmall,
            Long stepsToTarget,
            @Nullable String hosts) {}

    record Unknown(BigDecimal price) {}

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00.000001Z");

    private static Sample sample(double loss, @Nullable Double norm) {
        return new Sample(64, 2, loss, true, "r1", NOON, norm, 5L, null);
    }

    private static Row withSchema(StructType schema, Row row) {
        return new GenericRowWithSchema(
                java.util.stream.IntStream.range(0, row.size())
                        .mapToObj(row::get)
                        .toArray(),
                schema);
    }

    @Test
    void namesColumnsInSnakeCaseAndLetsOnlyBoxedAndAnnotatedOnesBeNull() {
        assertThat(RecordRows.schema(Sample.class))
                .isEqualTo(new StructType()
                        .add("batch_size", DataTypes.LongType, false)
                        .add("workers", DataTypes.IntegerType, false)
                        .add("loss", DataTypes.DoubleType, false)
                        .add("kept", DataTypes.BooleanType, false)
                        .add("run_id", DataTypes.StringType, false)
                        .add("started_at", DataTypes.TimestampType, false)
                        .add("gradient_norm_sq_small", DataTypes.DoubleType, true)
                        .add("steps_to_target", DataTypes.LongType, true)
                        .add("hosts", DataTypes.StringType, true));
    }

    @Test
    void runColumnsHaveTheNamesOfTheContract() {
        assertThat(RecordRows.schema(RunRecord.class).fieldNames())
                .containsSubsequence(
                        "study", "run_id", "batch_size", "seed", "sync_mode", "workers", "per_worker_batch")
                .contains(
                        "peak_memory_bytes",
                        "gap_accuracy",
                        "loss_oscillation",
                        "noise_scale",
                        "started_at",
                        "replica");
    }

    @Test
    void givesBackTheRecordThatItWasGiven() {
        Sample sample = sample(0.5, 0.25);
        assertThat(RecordRows.fromRow(
                        Sample.class, withSchema(RecordRows.schema(Sample.class), RecordRows.toRow(sample))))
                .isEqualTo(sample);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void storesNullForWhatIsNotFiniteWhereTheColumnMayBeNull(double value) {
        assertThat(RecordRows.toRow(sample(0.5, value)).isNullAt(6)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void refusesWhatIsNotFiniteWhereTheColumnMayNotBeNull(double value) {
        assertThatThrownBy(() -> RecordRows.toRow(sample(value, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("column loss (Sample): must be finite, but is " + value
                        + "; leave the row out or make the component nullable");
    }

    @Test
    void readsColumnsByNameAndIgnoresOthers() {
        StructType schema = RecordRows.schema(Sample.class);
        StructType reordered = new StructType().add("extra", DataTypes.StringType);
        Row row = RecordRows.toRow(sample(0.5, 0.25));
        Object[] values = new Object[schema.size() + 1];
        values[0] = "ignored";
        for (int i = schema.size() - 1; i >= 0; i--) {
            reordered = reordered.add(schema.fields()[i]);
            values[schema.size() - i] = row.get(i);
        }
        assertThat(RecordRows.fromRow(Sample.class, new GenericRowWithSchema(values, reordered)))
                .isEqualTo(sample(0.5, 0.25));
    }

    @Test
    void aMissingColumnIsNullWhereItMayBe() {
        StructType older =
                new StructType(List.of(RecordRows.schema(Sample.class).fields())
                        .subList(0, 6)
                        .toArray(org.apache.spark.sql.types.StructField[]::new));
        Row row = withSchema(older, RowFactory.create(64L, 2, 0.5, true, "r1", java.sql.Timestamp.from(NOON)));
        Sample read = RecordRows.fromRow(Sample.class, row);
        assertThat(read.startedAt()).isEqualTo(NOON);
        assertThat(read)
                .extracting(Sample::gradientNormSqSmall, Sample::stepsToTarget, Sample::hosts)
                .containsOnlyNulls();
    }

    @Test
    void aMissingColumnThatMayNotBeNullIsRefused() {
        Row row = withSchema(new StructType().add("batch_size", DataTypes.LongType), RowFactory.create(64L));
        assertThatThrownBy(() -> RecordRows.fromRow(Sample.class, row))
                .isInstanceOf(ResultStoreException.class)
                .hasMessage("column workers (Sample): is missing; the results were written by another version: use"
                        + " that one, or another output directory");
    }

    @Test
    void aColumnOfAnotherTypeIsRefused() {
        Row row = withSchema(new StructType().add("batch_size", DataTypes.StringType), RowFactory.create("64"));
        assertThatThrownBy(() -> RecordRows.fromRow(Sample.class, row))
                .isInstanceOf(ResultStoreException.class)
                .hasMessageContaining("column batch_size (Sample): holds String, not Long");
    }

    @Test
    void refusesComponentsThatHaveNoColumnType() {
        assertThatThrownBy(() -> RecordRows.schema(Unknown.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "component price (Unknown): BigDecimal is not a column type; use long, int, double, boolean,"
                                + " String or Instant");
    }
}
