package io.batchscope.spark;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Takes the features out of a row of {@link TableSource}. */
sealed interface FeatureReader extends Serializable {
    /** Numbers per example. */
    int count();

    /**
     * Fills {@code into[0 … count − 1]}.
     *
     * @return what is wrong with the row; null if nothing
     */
    @Nullable
    Problem read(Row row, float[] into);

    /**
     * A value that cannot be used.
     *
     * @param what names the value
     * @param column where in the row; empty if the row as a whole is meant
     * @param rule what it must be, and is not
     */
    record Problem(String what, String column, String rule) implements Serializable {
        /** The message for a person. */
        String at(String file, long row) {
            String where = file + ", row " + row + (column.isEmpty() ? "" : ", column '" + column + "'");
            return what + " (" + where + "): " + rule + "; correct it or leave the row out";
        }

        static Problem empty(String column) {
            return new Problem("empty value", column, "every row needs a value in every column");
        }

        static Problem notFinite(String value, String column) {
            return new Problem("value '" + value + "'", column, "it must be a finite number in single precision");
        }
    }

    /** One text column per feature, as a CSV file has them. */
    record TextColumns(List<String> names) implements FeatureReader {
        @Override
        public int count() {
            return names.size();
        }

        @Override
        public @Nullable Problem read(Row row, float[] into) {
            for (int i = 0; i < into.length; i++) {
                String text = row.getString(TableSource.FEATURES + i);
                if (text == null || text.isEmpty()) {
                    return Problem.empty(names.get(i));
                }
                into[i] = (float) parse(text);
                if (!Float.isFinite(into[i])) {
                    return Problem.notFinite(text, names.get(i));
                }
            }
            return null;
        }

        /** The number, or NaN if it is none. Java's own suffixes and hexadecimal floats are no numbers in a CSV file. */
        static double parse(String text) {
            char last = text.charAt(text.length() - 1);
            if ((last < '0' || last > '9') && last != '.') {
                return Double.NaN;
            }
            try {
                return text.indexOf('x') >= 0 || text.indexOf('X') >= 0 ? Double.NaN : Double.parseDouble(text);
            } catch (NumberFormatException e) {
                return Double.NaN;
            }
        }
    }

    /**
     * One column with an array of doubles.
     *
     * @param names of the elements; one name if the array itself is a column of the input
     */
    record NumberArray(int count, List<String> names) implements FeatureReader {
        @Override
        public @Nullable Problem read(Row row, float[] into) {
            List<Double> values = row.isNullAt(TableSource.FEATURES) ? null : row.getList(TableSource.FEATURES);
            if (values == null) {
                return Problem.empty(names.get(0));
            }
            if (values.size() != count) {
                return new Problem(
                        "array of " + values.size() + " numbers",
                        names.get(0),
                        "every row must have as many features as the first one, " + count);
            }
            for (int i = 0; i < count; i++) {
                Double value = values.get(i);
                String name = names.size() == 1 ? names.get(0) : names.get(i);
                if (value == null) {
                    return Problem.empty(name);
                }
                into[i] = value.floatValue();
                if (!Float.isFinite(into[i])) {
                    return Problem.notFinite(value.toString(), name);
                }
            }
            return null;
        }
    }
}
