package io.batchscope.spark;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.batchscope.data.DataException;
import io.batchscope.plan.Task;
import io.batchscope.spark.FeatureReader.NumberArray;
import io.batchscope.spark.FeatureReader.TextColumns;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Opens CSV and Parquet files with Spark's own readers, in the layout that {@link TableSource} expects. */
final class Tables {
    private static final String DEFAULT_LABEL = "label";
    private static final String FEATURES_COLUMN = "features";
    private static final String MALFORMED_COLUMN = "_malformed";

    private Tables() {}

    /** CSV files with a header line each; every column but the label is numeric. */
    static TableSource csv(SparkSession spark, List<SourceFile> files, Optional<String> label, Task task) {
        List<String> names = csvHeader(spark, files);
        int labelAt = names.indexOf(labelColumn(names, label, files.get(0).path()));
        StructType schema = new StructType();
        for (int i = 0; i < names.size(); i++) {
            schema = schema.add("c" + i, DataTypes.StringType);
        }
        schema = schema.add(MALFORMED_COLUMN, DataTypes.StringType);
        Dataset<Row> read = csvReader(spark)
                .schema(schema)
                .option("columnNameOfCorruptRecord", MALFORMED_COLUMN)
                .csv(paths(files));
        List<Column> columns = leadingColumns(col("c" + labelAt), col(MALFORMED_COLUMN));
        List<String> features = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (i != labelAt) {
                columns.add(col("c" + i));
                features.add(names.get(i));
            }
        }
        TableLayout layout = new TableLayout(task, names.get(labelAt), new TextColumns(features), features);
        return new TableSource(read.select(columns.toArray(Column[]::new)), layout, files);
    }

    private static org.apache.spark.sql.DataFrameReader csvReader(SparkSession spark) {
        return spark.read()
                .option("mode", "PERMISSIVE")
                // RFC 4180: a quote within quotes is doubled.
                .option("escape", "\"")
                .option("ignoreLeadingWhiteSpace", true)
                .option("ignoreTrailingWhiteSpace", true)
                .option("maxColumns", 200_000);
    }

    private static List<String> csvHeader(SparkSession spark, List<SourceFile> files) {
        String path = files.get(0).path();
        Dataset<Row> lines = csvReader(spark).csv(path);
        if (lines.columns().length == 0 || lines.isEmpty()) {
            throw new DataException("CSV file (" + path + "): it must begin with a line of column names, but is empty;"
                    + " check the file");
        }
        Row first = lines.first();
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < first.size(); i++) {
            String name = first.getString(i);
            if (name == null || name.isEmpty() || !seen.add(name)) {
                throw new DataException("CSV header (" + path + "): every column needs a name of its own, but column "
                        + (i + 1) + (name == null || name.isEmpty() ? " has none" : " repeats '" + name + "'")
                        + "; correct the first line");
            }
            names.add(name);
        }
        if (names.size() < 2) {
            throw new DataException("CSV header (" + path + "): there must be a label and at least one feature, but"
                    + " the only column is '" + names.get(0) + "'; check that values are separated by commas");
        }
        return names;
    }

    /**
     * Parquet files with an array column {@code features}, or with numeric columns that are all features, and the
     * label.
     */
    static TableSource parquet(SparkSession spark, List<SourceFile> files, Optional<String> label, Task task) {
        Dataset<Row> read = spark.read().parquet(paths(files));
        List<String> names = List.of(read.columns());
        String path = files.get(0).path();
        String labelName = labelColumn(names, label, path);
        Column labelText = quoted(labelName).cast(DataTypes.StringType);
        List<Column> columns = leadingColumns(labelText, lit(null).cast(DataTypes.StringType));
        FeatureReader features;
        if (names.contains(FEATURES_COLUMN) && !labelName.equals(FEATURES_COLUMN)) {
            requireNumbers(path, read.schema().apply(FEATURES_COLUMN), true);
            columns.add(quoted(FEATURES_COLUMN).cast(DataTypes.createArrayType(DataTypes.DoubleType)));
            features = new NumberArray(firstArraySize(read, path), List.of(FEATURES_COLUMN));
        } else {
            List<String> featureNames = new ArrayList<>(names);
            featureNames.remove(labelName);
            for (String name : featureNames) {
                requireNumbers(path, read.schema().apply(name), false);
            }
            if (featureNames.isEmpty()) {
                throw new DataException("Parquet file (" + path + "): there must be a label and at least one feature,"
                        + " but the only column is '" + labelName + "'; check the file");
            }
            columns.add(array(featureNames.stream()
                    .map(name -> quoted(name).cast(DataTypes.DoubleType))
                    .toArray(Column[]::new)));
            features = new NumberArray(featureNames.size(), List.copyOf(featureNames));
        }
        TableLayout layout = new TableLayout(task, labelName, features, List.of());
        return new TableSource(read.select(columns.toArray(Column[]::new)), layout, files);
    }

    private static int firstArraySize(Dataset<Row> read, String path) {
        List<Row> first = read.select(quoted(FEATURES_COLUMN))
                .where(quoted(FEATURES_COLUMN).isNotNull())
                .takeAsList(1);
        int size = first.isEmpty() ? 1 : first.get(0).getList(0).size();
        if (size == 0) {
            throw new DataException("Parquet file (" + path + ", column 'features'): an example needs at least one"
                    + " number, but the first array is empty; check the file");
        }
        return size;
    }

    private static void requireNumbers(String path, StructField field, boolean inArray) {
        boolean numeric = inArray
                ? field.dataType() instanceof ArrayType type && type.elementType() instanceof NumericType
                : field.dataType() instanceof NumericType;
        if (!numeric) {
            throw new DataException("Parquet file (" + path + ", column '" + field.name() + "'): features must be "
                    + (inArray ? "an array of numbers" : "numbers") + ", but the type is "
                    + field.dataType().catalogString() + "; drop or convert the column, or name the label by --label");
        }
    }

    private static String labelColumn(List<String> names, Optional<String> label, String path) {
        String name = label.orElse(DEFAULT_LABEL);
        if (!names.contains(name)) {
            String shown = String.join(", ", names.subList(0, Math.min(20, names.size())));
            throw new DataException("label column (" + path + "): there is no column '" + name + "', but " + shown
                    + (names.size() > 20 ? ", …" : "") + "; name the label column by --label");
        }
        return name;
    }

    private static List<Column> leadingColumns(Column label, Column malformed) {
        return new ArrayList<>(
                List.of(col("_metadata.file_path"), col("_metadata.file_block_start"), label, malformed));
    }

    private static Column quoted(String name) {
        return col("`" + name.replace("`", "``") + "`");
    }

    private static String[] paths(List<SourceFile> files) {
        return files.stream().map(SourceFile::path).toArray(String[]::new);
    }
}
