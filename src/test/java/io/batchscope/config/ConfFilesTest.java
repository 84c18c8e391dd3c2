package io.batchscope.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.batchscope.plan.ClusterFacts;
import io.batchscope.plan.DataFacts;
import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.Planner;
import io.batchscope.plan.ReplicaFacts;
import io.batchscope.plan.StudyConfig;
import io.batchscope.plan.StudyPlan;
import io.batchscope.plan.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The studies that are shipped. */
class ConfFilesTest {
    private static final Path CONF = Path.of("conf");

    static List<Path> studies() throws IOException {
        try (Stream<Path> files = Files.list(CONF)) {
            return files.filter(file -> file.toString().endsWith(".conf"))
                    .filter(file -> !file.endsWith("defaults.conf"))
                    // Spark's own settings are another format, which need not parse as HOCON.
                    .filter(file -> !file.getFileName().toString().startsWith("spark-"))
                    .filter(file -> ConfigFactory.parseFile(file.toFile()).hasPath("study"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void includesTheTwoStudiesOfTheReadme() throws IOException {
        assertThat(studies()).contains(CONF.resolve("fashion-mnist.conf"), CONF.resolve("smoke.conf"));
    }

    @ParameterizedTest
    @MethodSource("studies")
    void loadsAndPlans(Path file) {
        StudyConfig config = ConfigLoader.load(file, List.of()).config();
        Task task = config.data().source().map(StudyConfig.SourceConfig::task).orElse(Task.CLASSIFICATION);
        int outputs = task == Task.CLASSIFICATION ? 10 : 1;
        DataFacts data = new DataFacts("d", task, 54_000, 6_000, 10_000, 784, outputs);
        ModelFacts model = new ModelFacts("m", "stand-in", 1_000, 784, outputs, task, false, List.of());

        StudyPlan plan = Planner.plan(config, data, model, new ClusterFacts(64), ReplicaFacts.FUSED);

        assertThat(plan.runs())
                .hasSize(config.recipes().stream()
                                .mapToInt(recipe -> Math.max(
                                        1, recipe.learningRate().searchFactors().size()))
                                .sum()
                        * config.batchSizes().size()
                        * config.seeds().size()
                        * config.sync().modes().size()
                        * Math.max(1, config.sync().workers().size()));
        assertThat(plan.runs()).extracting("runId").doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("studies")
    void saysWhatItAsksHowToRunItAndWhatToExpect(Path file) throws IOException {
        List<String> head = Files.readAllLines(file).stream()
                .takeWhile(line -> line.startsWith("#"))
                .toList();
        assertThat(head).anyMatch(line -> line.startsWith("# Question: "));
        assertThat(head).anyMatch(line -> line.startsWith("# Command: ") && line.contains(file.toString()));
        assertThat(head).anyMatch(line -> line.startsWith("# Time: "));
        assertThat(head).anyMatch(line -> line.startsWith("# Result: "));
    }
}
