package io.batchscope.spark;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.batchscope.result.Provenance;
import io.batchscope.result.ResultStoreException;
import io.batchscope.result.StudyStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * The files of a results directory that are not tables. Each appears whole or not at all, also to a reader that looks
 * while it is replaced. File system failures come as {@link java.io.UncheckedIOException}.
 */
public final class StudyFiles {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addModule(new SimpleModule()
                    .addSerializer(Instant.class, ToStringSerializer.instance)
                    .addDeserializer(Instant.class, new InstantReader()))
            .build();

    private static final String STUDY = "study.json";
    private static final String RUN_IDS = "run_ids";

    private final HadoopFiles files;
    private final Path root;

    /** The files of a results directory on any Hadoop file system. */
    public StudyFiles(SparkSession spark, String directory) {
        root = new Path(directory);
        files = new HadoopFiles(root, spark.sparkContext().hadoopConfiguration());
    }

    /**
     * Writes {@code study.json}: {@code {"config": …, "provenance": …, "run_ids": […]}}.
     *
     * @param configJson the resolved configuration, a JSON document
     * @param runIds of the runs it plans
     */
    public void writeStudy(String configJson, Provenance provenance, Collection<String> runIds) {
        try {
            ObjectNode study = JSON.createObjectNode();
            study.set("config", JSON.readTree(configJson));
            study.set("provenance", JSON.valueToTree(provenance));
            study.set(RUN_IDS, JSON.valueToTree(runIds));
            writeJson(STUDY, study);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the resolved configuration must be JSON, but is not", e);
        }
    }

    /**
     * The runs that the last configuration plans; the tables may hold more, of earlier ones. Empty if {@code study.json}
     * does not tell.
     *
     * @throws ResultStoreException if it is not JSON
     */
    public Optional<Set<String>> plannedRuns() {
        Path file = new Path(root, STUDY);
        return files.text(file).flatMap(text -> {
            try {
                Set<String> ids = new TreeSet<>();
                JSON.readTree(text).path(RUN_IDS).forEach(id -> ids.add(id.asText()));
                return ids.isEmpty() ? Optional.empty() : Optional.of(ids);
            } catch (JsonProcessingException e) {
                throw new ResultStoreException("study (" + file + "): must be the JSON that a study writes, but: "
                        + e.getOriginalMessage() + "; delete the file and run the study again");
            }
        });
    }

    /** Writes {@code status.json}. */
    public void writeStatus(StudyStatus status) {
        writeJson("status.json", status);
    }

    /**
     * Reads {@code status.json}; empty if there is none.
     *
     * @throws ResultStoreException if it is not one
     */
    public Optional<StudyStatus> readStatus() {
        Path file = new Path(root, "status.json");
        return files.text(file).map(text -> {
            try {
                return JSON.readValue(text, StudyStatus.class);
            } catch (JsonProcessingException e) {
                throw new ResultStoreException(
                        "study status (" + file + "): must be the JSON that a study writes, but: "
                                + e.getOriginalMessage() + "; delete the file and run the study again");
            }
        });
    }

    /** Writes {@code report.html} and says where. */
    public String writeReport(String html) {
        Path file = new Path(root, "report.html");
        files.replace(file, html.getBytes(StandardCharsets.UTF_8));
        return file.toString();
    }

    /** Writes {@code models/<runId>.zip} and says where. */
    public String writeModel(String runId, byte[] zip) {
        Path file = new Path(new Path(root, "models"), runId + ".zip");
        files.replace(file, zip);
        return file.toString();
    }

    private void writeJson(String name, Object value) {
        try {
            String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
            files.replace(new Path(root, name), text.getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class InstantReader extends StdScalarDeserializer<Instant> {
        private static final long serialVersionUID = 1L;

        InstantReader() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            try {
                return Instant.parse(parser.getText());
            } catch (java.time.format.DateTimeParseException e) {
                return (Instant) context.handleWeirdStringValue(Instant.class, parser.getText(), "not a timestamp");
            }
        }
    }
}
