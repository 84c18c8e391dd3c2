package io.batchscope.spark;

import static io.batchscope.spark.PreparedSets.request;
import static io.batchscope.spark.PreparedSets.with;
import static io.batchscope.spark.PreparedSets.withClasses;
import static io.batchscope.spark.PreparedSets.withFractions;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.data.DataException;
import io.batchscope.plan.Task;
import io.batchscope.spark.PreparationRequest.Format;
import io.batchscope.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.functions;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreparationErrorsTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    Path directory;

    private AbstractThrowableAssert<?, ? extends Throwable> preparing(PreparationRequest request) {
        return assertThatThrownBy(() -> PreparedSets.prepare(spark.session(), request, directory.resolve("out")))
                .isInstanceOf(DataException.class);
    }

    private PreparationRequest csv(String text) throws IOException {
        return withFractions(request(Format.CSV, List.of(Files.writeString(directory.resolve("in.csv"), text))), 0, 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1,x,0 | value 'x' (in.csv, row 3, column 'b'): it must be a finite number in single precision",
                "NaN,1,0 | value 'NaN' (in.csv, row 3, column 'a'): it must be a finite number in single precision",
                "1e39,1,0 | value '1e39' (in.csv, row 3, column 'a'): it must be a finite number in single precision",
                "1f,1,0 | value '1f' (in.csv, row 3, column 'a'): it must be a finite number in single precision",
                "1,,0 | empty value (in.csv, row 3, column 'b'): every row needs a value in every column",
                "1,2, | empty value (in.csv, row 3, column 'label'): every row needs a value in every column",
                "1,2 | row (in.csv, row 3): it must have as many values as the header line has names",
                "1,2,0,4 | row (in.csv, row 3): it must have as many values as the header line has names",
            })
    void namesTheFirstCsvValueThatCannotBeUsed(String row, String message) throws IOException {
        preparing(csv("a,b,label\n1,2,0\n3,4,1\n" + row + "\nworse,worse,worse\n"))
                .hasMessage(message + "; correct it or leave the row out");
    }

    @Test
    void refusesTargetsThatAreNoNumbers() throws IOException {
        preparing(with(csv("a,label\n1,2\n1,cat\n"), Task.REGRESSION, 1, List.of()))
                .hasMessage("value 'cat' (in.csv, row 2, column 'label'): it must be a finite number in single"
                        + " precision; correct it or leave the row out");
    }

    @Test
    void refusesHeadersThatDoNotServe() throws IOException {
        String path = "file:" + directory.resolve("in.csv");
        preparing(csv("a,b,class\n1,2,0\n"))
                .hasMessage("label column (" + path + "): there is no column 'label', but a, b, class;"
                        + " name the label column by --label");
        preparing(csv("a,a,label\n1,2,0\n"))
                .hasMessage("CSV header (" + path + "): every column needs a name of its own, but column 2 repeats 'a';"
                        + " correct the first line");
        preparing(csv("a,,label\n1,2,0\n"))
                .hasMessage("CSV header (" + path + "): every column needs a name of its own, but column 2 has none;"
                        + " correct the first line");
        preparing(csv("label\n1\n"))
                .hasMessage("CSV header (" + path + "): there must be a label and at least one feature, but the only"
                        + " column is 'label'; check that values are separated by commas");
        preparing(csv(""))
                .hasMessage("CSV file (" + path + "): it must begin with a line of column names, but is empty;"
                        + " check the file");
        preparing(csv("a,label\n"))
                .hasMessage("input (" + directory.resolve("in.csv")
                        + "): it must hold at least 1 example, but holds none; check the files");
    }

    @Test
    void refusesFilesWithDifferentHeaders() throws IOException {
        csv("a,label\n1,0\n2,1\n");
        Files.writeString(directory.resolve("other.csv"), "b,label\n1,0\n");
        preparing(request(Format.CSV, List.of(directory.resolve("in.csv"), directory.resolve("other.csv"))))
                .hasMessage("column names (other.csv, row 0): every file must have the same header line as the first"
                        + " one; correct it or leave the row out");
    }

    @Test
    void refusesLabelsThatAreNoClasses() throws IOException {
        preparing(csv("a,label\n1,0\n2,3\n3,1\n"))
                .hasMessage("label 3 (in.csv, row 2): classes must be numbered 0 … C−1, but no training example has"
                        + " label 2; renumber them, or say --classes 4");
        preparing(withClasses(csv("a,label\n1,0\n2,3\n3,1\n"), 3))
                .hasMessage("label 3 (in.csv, row 2): with 3 classes it must be in 0 … 2;"
                        + " correct the label or say --classes 4");
        preparing(withClasses(csv("a,label\n1,x\n2,y\n3,z\n"), 2))
                .hasMessage("label 'z' (in.csv, row 3): with 2 classes there must be at most as many names, but there"
                        + " are 3; correct the labels or say --classes 3");
        preparing(csv("a,label\n1,0\n2,0\n"))
                .hasMessage("label 0 (in.csv, row 1): a classification needs at least 2 classes, but every example has"
                        + " this label; check the label column, or say --classes");
    }

    @Test
    void refusesTestDataThatDoNotFitTheTrainingData() throws IOException {
        PreparationRequest input = csv("a,label\n1,0\n2,1\n");
        String test = Files.writeString(directory.resolve("test.csv"), "a,label\n1,0\n2,2\n")
                .toString();
        preparing(with(input, Task.CLASSIFICATION, 1, List.of(test)))
                .hasMessage("label 2 (test.csv, row 2): a test label must be one of the 2 classes of the training data,"
                        + " 0 … 1; correct it or leave the row out");
        Files.writeString(directory.resolve("test.csv"), "a,b,label\n1,1,0\n");
        preparing(with(input, Task.CLASSIFICATION, 1, List.of(test)))
                .hasMessage("test (" + test + "): examples must have the shape [1] of the training examples, but have"
                        + " [2]; take data that belong together");
    }

    @Test
    void refusesSplitsWithoutExamples() throws IOException {
        preparing(withFractions(csv("a,label\n1,0\n2,1\n"), 0.1, 0))
                .hasMessage("split (validation): it needs at least 1 example, but validation-fraction 0.1 of 2 is 0;"
                        + " give more data or other fractions");
        preparing(withFractions(csv("a,label\n1,0\n2,1\n"), 0.9, 0))
                .hasMessage("split (training): it needs at least 1 example, but what the other splits leave of 2 is 0;"
                        + " give more data or other fractions");
    }

    @Test
    void refusesInputThatIsNotThere() {
        preparing(request(Format.CSV, List.of(directory.resolve("nowhere/*.csv"))))
                .hasMessage("input (" + directory.resolve("nowhere/*.csv") + "): it must be a file, a directory with"
                        + " files or a pattern that matches some, but there is none; check the path");
    }

    @Test
    void refusesParquetColumnsThatAreNoNumbers() {
        spark.session()
                .range(3)
                .select(
                        functions.expr("cast(id as string)").as("a"),
                        functions.col("id").as("label"))
                .coalesce(1)
                .write()
                .parquet(directory.resolve("in").toString());
        preparing(request(Format.PARQUET, List.of(directory.resolve("in"))))
                .hasMessageMatching("Parquet file \\(file:.*\\.parquet, column 'a'\\): features must be numbers, but"
                        + " the type is string; drop or convert the column, or name the label by --label");
    }

    @Test
    void refusesParquetRowsOfUnequalLengthOrWithNulls() {
        spark.session()
                .range(3)
                .select(
                        functions
                                .expr("if(id < 2, array(1.0D, 2.0D), array(1.0D))")
                                .as("features"),
                        functions.expr("id % 2").as("label"))
                .coalesce(1)
                .write()
                .parquet(directory.resolve("in").toString());
        preparing(request(Format.PARQUET, List.of(directory.resolve("in"))))
                .hasMessageMatching("array of 1 numbers \\(part-.*\\.parquet, row 3, column 'features'\\): every row"
                        + " must have as many features as the first one, 2; correct it or leave the row out");
        spark.session()
                .range(3)
                .select(
                        functions.expr("if(id < 1, id, null)").as("a"),
                        functions.expr("id % 2").as("label"))
                .coalesce(1)
                .write()
                .parquet(directory.resolve("nulls").toString());
        preparing(request(Format.PARQUET, List.of(directory.resolve("nulls"))))
                .hasMessageMatching("empty value \\(part-.*\\.parquet, row 2, column 'a'\\): every row needs a value in"
                        + " every column; correct it or leave the row out");
    }

    @Test
    void explainsWhatSparkCannotRead() throws IOException {
        Path file = Files.writeString(directory.resolve("in.parquet"), "this is not a Parquet file");
        preparing(request(Format.PARQUET, List.of(file)))
                .hasMessageMatching("input \\(.*in\\.parquet\\): reading it as parquet failed: .*not a Parquet file.*;"
                        + " check the files and the format");
    }

    @Test
    void refusesIdxFilesThatDoNotBelongTogether() throws IOException {
        Path in = Files.createDirectories(directory.resolve("in"));
        preparing(request(Format.IDX, List.of(Files.writeString(in.resolve("readme.txt"), "hello"))))
                .hasMessage("IDX input (file:" + in.resolve("readme.txt") + "): there must be files named"
                        + " …images-idx3-ubyte[.gz] and …labels-idx1-ubyte[.gz], but there are none;"
                        + " check the directory or the format");
        PreparedSets.idx(in, "train-", 12, false);
        Path labels = in.resolve("train-labels-idx1-ubyte");
        byte[] bytes = Files.readAllBytes(labels);
        Files.write(labels, Arrays.copyOf(bytes, 15));
        preparing(request(Format.IDX, List.of(in)))
                .hasMessage("IDX file (train-labels-idx1-ubyte): the header says 12 items of 1 bytes, but it ends or"
                        + " breaks after 7; fetch it again");
        Files.delete(labels);
        preparing(request(Format.IDX, List.of(in)))
                .hasMessage("IDX file (file:" + in.resolve("train-images-idx3-ubyte") + "): beside it must be the file"
                        + " of the same name with labels-idx1-ubyte, but it is missing; fetch both");
    }

    @Test
    void refusesRequestsThatMakeNoSense() {
        assertThatThrownBy(() -> withFractions(request(Format.CSV, List.of(directory)), 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("validation-fraction must be in [0, 1), but is 1.0");
        assertThatThrownBy(() -> request(Format.CSV, List.of()))
                .hasMessage("input must name at least one file or directory");
        assertThatThrownBy(() -> request(Format.SYNTHETIC, List.of()))
                .hasMessage("synthetic settings go with the format synthetic, and only with it, but the format is"
                        + " synthetic");
        assertThatThrownBy(() -> withClasses(request(Format.CSV, List.of(directory)), 1))
                .hasMessage("classes must be at least 2, but is 1");
        assertThatThrownBy(() -> Format.of("xml"))
                .hasMessage("format must be one of idx, csv, parquet, synthetic, but is 'xml'");
    }
}
