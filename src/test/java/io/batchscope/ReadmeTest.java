package io.batchscope;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The papers against what is there. */
class ReadmeTest {
    private static final Path SOURCES = Path.of("src/main/java/io/batchscope");

    @Test
    void commandsNameScriptsAndConfigurationsThatExist() throws IOException {
        List<String> named = matches(codeBlocks("README.md"), "(?:submit|conf)/[\\w.-]+\\.(?:sh|conf)");

        assertThat(named).contains("submit/local.sh", "conf/fashion-mnist.conf");
        assertThat(named).allSatisfy(path -> assertThat(Path.of(path)).exists());
        assertThat(named.stream().filter(path -> path.endsWith(".sh")).map(Path::of))
                .allMatch(Files::isExecutable);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "README.md",
                "CONTRIBUTING.md",
                "CHANGELOG.md",
                "src/docs/architecture.md",
                "src/docs/benchmarks.md",
                "src/docs/configuration.md",
                "src/docs/results.md",
                "src/docs/REFERENCES.md"
            })
    void linksLeadSomewhere(String file) throws IOException {
        List<String> links = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)")
                .matcher(Files.readString(Path.of(file)))
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(links).allSatisfy(link -> assertThat(Path.of(file).resolveSibling(link))
                .exists());
    }

    @Test
    void theArchitecturePageNamesEveryPackageAndNoOther() throws IOException {
        Set<String> named = Pattern.compile("(?m)^ *([a-z0-9]+(?:\\.[a-z0-9]+)*) {2,}\\S")
                .matcher(codeBlocks("src/docs/architecture.md"))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());

        assertThat(named).isEqualTo(packages());
    }

    @Test
    void everyColumnIsExplained() throws IOException {
        List<String> explained = matches(Files.readString(Path.of("src/docs/results.md")), "(?m)^\\| `([a-z_0-9]+)`");
        for (Class<?> row : List.of(
                io.batchscope.result.RunRecord.class,
                io.batchscope.result.StepRecord.class,
                io.batchscope.result.EvalRecord.class,
                io.batchscope.result.ProbeRecord.class,
                io.batchscope.result.FindingRecord.class)) {
            assertThat(explained).as(row.getSimpleName()).containsAll(columns(row));
        }
    }

    private static List<String> columns(Class<?> row) {
        return Stream.of(row.getRecordComponents())
                .flatMap(component -> component.getType().isRecord()
                        ? columns(component.getType()).stream()
                        : Stream.of(
                                component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT)))
                .toList();
    }

    @Test
    void everyPaperThatTheCodeCitesIsInTheReferences() throws IOException {
        List<String> references = Files.readAllLines(Path.of("src/docs/REFERENCES.md"));
        Pattern citation =
                Pattern.compile("([A-Z][a-z]+)(?: and [A-Z][a-z]+| et\\s+(?:\\*\\s+)?al\\.)?,? ((?:19|20)[0-9]{2})\\b");
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                for (MatchResult cited :
                        citation.matcher(Files.readString(file)).results().toList()) {
                    assertThat(references)
                            .as(file + " cites " + cited.group())
                            .anyMatch(line -> line.contains(cited.group(1)) && line.contains(cited.group(2) + "**"));
                }
            }
        }
    }

    private static Set<String> packages() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(path -> path.toString().endsWith(".java"))
                    .map(path -> SOURCES.relativize(path.resolveSibling(""))
                            .toString()
                            .replace('/', '.'))
                    .collect(Collectors.toSet());
        }
    }

    private static String codeBlocks(String file) throws IOException {
        return Pattern.compile("(?ms)^```\\w*\\n(.*?)^```")
                .matcher(Files.readString(Path.of(file)))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.joining());
    }

    private static List<String> matches(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(match.groupCount()))
                .toList();
    }
}
