package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.result.Provenance;
import io.batchscope.result.ResultStoreException;
import io.batchscope.result.StudyStatus;
import io.batchscope.testing.LocalSpark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class StudyFilesTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    private static final StudyStatus RUNNING = new StudyStatus(
            StudyStatus.State.RUNNING,
            new StudyStatus.Counts(6, 2, 1, 0),
            null,
            Instant.parse("2026-01-02T03:04:05Z"),
            Instant.parse("2026-01-02T03:05:06.123Z"),
            "3 runs to go");

    @TempDir
    Path directory;

    private StudyFiles files;

    @BeforeEach
    void open() {
        files = new StudyFiles(spark.session(), directory.resolve("results").toString());
    }

    private Path file(String name) {
        return directory.resolve("results").resolve(name);
    }

    private JsonNode json(String name) throws IOException {
        return new ObjectMapper().readTree(file(name).toFile());
    }

    private List<String> everyFile() throws IOException {
        try (Stream<Path> found = Files.walk(directory)) {
            return found.filter(Files::isRegularFile)
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void readsBackTheStatusAndLeavesNothingElseBehind() throws IOException {
        assertThat(files.readStatus()).isEmpty();
        files.writeStatus(RUNNING);
        assertThat(files.readStatus()).contains(RUNNING);
        StudyStatus ended = new StudyStatus(
                StudyStatus.State.PARTIAL,
                new StudyStatus.Counts(6, 4, 1, 1),
                5,
                RUNNING.startedAt(),
                RUNNING.updatedAt(),
                "1 run failed");
        files.writeStatus(ended);
        assertThat(files.readStatus()).contains(ended);
        assertThat(everyFile()).containsExactly("status.json");
    }

    @Test
    void theStatusHasTheNamesOfTheContract() throws IOException {
        files.writeStatus(RUNNING);
        JsonNode status = json("status.json");
        assertThat(status.get("state").asText()).isEqualTo("RUNNING");
        assertThat(status.get("counts"))
                .isEqualTo(
                        new ObjectMapper().readTree("{\"planned\": 6, \"done\": 2, \"diverged\": 1, \"failed\": 0}"));
        assertThat(status.has("exit_code")).isTrue();
        assertThat(status.get("exit_code").isNull()).isTrue();
        assertThat(status.get("started_at").asText()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(status.get("updated_at").asText()).isEqualTo("2026-01-02T03:05:06.123Z");
    }

    @Test
    void aStatusThatIsNotOneIsRefused() throws IOException {
        Files.createDirectories(file(""));
        Files.writeString(file("status.json"), "{\"state\": \"RUNN");
        assertThatThrownBy(files::readStatus)
                .isInstanceOf(ResultStoreException.class)
                .hasMessageStartingWith(
                        "study status (" + file("status.json") + "): must be the JSON that a study" + " writes, but: ")
                .hasMessageEndingWith("; delete the file and run the study again");
    }

    @Test
    void theStudyHoldsConfigurationAndProvenance() throws IOException {
        Provenance provenance = new Provenance("abc", "f00", "0.1.0", "17", "Linux", "by hand", "3.5.5");
        files.writeStudy("{\"study\": {\"batch-sizes\": [1, \"full\"]}}", provenance, List.of("r2", "r1"));
        assertThat(json("study.json").at("/config/study/batch-sizes/1").asText())
                .isEqualTo("full");
        assertThat(json("study.json").at("/provenance/config_hash").asText()).isEqualTo("f00");
        assertThat(json("study.json").at("/provenance/operating_system").asText())
                .isEqualTo("Linux");
        assertThat(files.plannedRuns()).contains(Set.of("r1", "r2"));
    }

    @Test
    void aStudyThatDoesNotTellItsRunsHasNoneToLeaveOut() throws IOException {
        assertThat(files.plannedRuns()).isEmpty();
        Files.createDirectories(file("study.json").getParent());
        Files.writeString(file("study.json"), "{\"config\": {}}");
        assertThat(files.plannedRuns()).isEmpty();
    }

    @Test
    void aConfigurationThatIsNotJsonIsRefused() {
        Provenance provenance = new Provenance("abc", "f00", "0.1.0", "17", "Linux", "by hand", "3.5.5");
        assertThatThrownBy(() -> files.writeStudy("{study", provenance, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the resolved configuration must be JSON, but is not");
    }

    @Test
    void writesReportAndModels() throws IOException {
        assertThat(files.writeReport("<p>η</p>")).isEqualTo(file("report.html").toString());
        assertThat(files.writeModel("r1", new byte[] {1, 2, 3}))
                .isEqualTo(file("models/r1.zip").toString());
        assertThat(file("report.html")).content(StandardCharsets.UTF_8).isEqualTo("<p>η</p>");
        assertThat(file("models/r1.zip")).binaryContent().containsExactly(1, 2, 3);
        assertThat(everyFile()).containsExactly("r1.zip", "report.html");
    }

    @Test
    void replacesAFileTheWayItDoesOnARemoteFileSystem() throws IOException {
        Files.createDirectories(file(""));
        Path old = Files.writeString(file("report.html"), "old");
        Path fresh = Files.writeString(file(".report.html.tmp"), "new");
        org.apache.hadoop.fs.Path root = new org.apache.hadoop.fs.Path(file("").toString());
        new HadoopFiles(root, new Configuration())
                .moveOverRemote(
                        new org.apache.hadoop.fs.Path(fresh.toString()), new org.apache.hadoop.fs.Path(old.toString()));
        assertThat(old).content().isEqualTo("new");
        assertThat(everyFile()).containsExactly("report.html");
    }
}
