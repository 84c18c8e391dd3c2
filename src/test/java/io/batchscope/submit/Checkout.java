package io.batchscope.submit;

import io.batchscope.testing.Processes;
import io.batchscope.testing.Processes.Finished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A copy of the scripts in a directory of its own, with programs in the place of Java, Maven and spark-submit that only
 * show how they were called. None of the programs that the machine has besides is found, but for the shell's.
 */
record Checkout(Path root) {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final List<String> TOOLS =
            List.of("bash", "env", "dirname", "sed", "find", "awk", "cat", "mkdir", "touch", "flock", "hostname");

    static Checkout in(Path directory) throws IOException {
        Checkout checkout = new Checkout(directory.toRealPath());
        for (String folder : List.of("submit", "conf", "tools", "src/main", "elsewhere")) {
            Files.createDirectories(checkout.root.resolve(folder));
        }
        checkout.copy("submit", ".sh");
        checkout.copy("conf", ".conf");
        checkout.write("pom.xml", "<project/>");
        for (String tool : TOOLS) {
            for (Path bin : List.of(Path.of("/bin"), Path.of("/usr/bin"))) {
                if (Files.exists(bin.resolve(tool))) {
                    checkout.program("tools/" + tool, "#!/bin/sh\nexec " + bin.resolve(tool) + " \"$@\"\n");
                }
            }
        }
        return checkout;
    }

    /** A Java of this version that prints its working directory and arguments, and exits with 5. */
    Checkout withJava(String version) throws IOException {
        program(
                "tools/java",
                """
                #!/usr/bin/env bash
                if [[ $1 == -version ]]; then echo 'openjdk version "%s"' >&2; exit 0; fi
                pwd
                printf '%%s\\n' "$@"
                exit 5
                """
                        .formatted(version));
        program("tools/javac", "#!/usr/bin/env bash\nexit 1");
        return this;
    }

    /** A Maven that leaves what the build leaves. */
    Checkout withMaven() throws IOException {
        program(
                "tools/mvn",
                """
                #!/usr/bin/env bash
                echo "mvn $*"
                cd "$(dirname "$0")/.."
                mkdir -p target/classes/io/batchscope
                touch tools/spark.jar target/batchscope.jar
                echo "$PWD/tools/spark.jar" >target/spark.classpath
                echo "--add-opens=a/b=ALL-UNNAMED -Dopened=true" >target/classes/io/batchscope/spark.opens
                """);
        return this;
    }

    /** A spark-submit that prints its arguments and exits with 7. */
    Checkout withSparkSubmit() throws IOException {
        program("tools/spark-submit", "#!/usr/bin/env bash\nprintf '%s\\n' \"$@\"; exit 7");
        return this;
    }

    /** Runs a script of {@code submit/} in the directory {@code elsewhere}. */
    Finished run(Map<String, String> environment, String script, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(root.resolve("submit").resolve(script).toString());
        command.addAll(List.of(arguments));
        Map<String, String> variables = new HashMap<>();
        for (String name : System.getenv().keySet()) {
            if (name.matches("(JAVA|SPARK|BATCHSCOPE|OMP|HADOOP)_.*")) {
                variables.put(name, "");
            }
        }
        variables.put("PATH", root.resolve("tools").toString());
        variables.putAll(environment);
        return Processes.run(command, root.resolve("elsewhere"), variables, LIMIT);
    }

    void write(String path, String text) throws IOException {
        Files.writeString(root.resolve(path), text);
    }

    private void program(String path, String script) throws IOException {
        write(path, script);
        if (!root.resolve(path).toFile().setExecutable(true)) {
            throw new IOException("cannot make " + path + " executable");
        }
    }

    private void copy(String folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            for (Path file :
                    files.filter(name -> name.toString().endsWith(ending)).toList()) {
                Path copy = root.resolve(folder).resolve(file.getFileName());
                Files.copy(file, copy, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
