package io.batchscope.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandaloneClusterHarnessIT {
    @TempDir
    Path directory;

    @Test
    void runsABarrierStageOnTwoExecutorsAndLeavesNothingBehind() throws Exception {
        List<ProcessHandle> seen;
        Path work;
        try (StandaloneCluster cluster = StandaloneCluster.start(2, 1, "1g")) {
            Processes.Finished run = Processes.run(
                    submit(cluster), directory, Map.of("SPARK_LOCAL_IP", "127.0.0.1"), Duration.ofMinutes(2));

            assertThat(run.exitCode()).as(run.errors() + cluster.logs()).isZero();
            assertThat(run.output()).containsPattern("met: \\[(0\\+1|1\\+0), (0\\+1|1\\+0)]");
            seen = cluster.runningProcesses();
            work = cluster.workDirectory(0);
            assertThat(seen).hasSizeGreaterThanOrEqualTo(3);
        }

        assertThat(seen).noneMatch(ProcessHandle::isAlive);
        assertThat(work).doesNotExist();
    }

    private List<String> submit(StandaloneCluster cluster) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().strip().split("\\s+")));
        command.addAll(List.of(
                "-Xmx512m",
                "-cp",
                cluster.jars() + "/*",
                "org.apache.spark.deploy.SparkSubmit",
                "--master",
                cluster.masterUrl(),
                "--conf",
                "spark.cores.max=2",
                "--conf",
                "spark.executor.cores=1",
                "--conf",
                "spark.executor.memory=512m",
                "--conf",
                "spark.scheduler.minRegisteredResourcesRatio=1.0",
                "--class",
                BarrierSum.class.getName(),
                applicationJar().toString()));
        return command;
    }

    private Path applicationJar() throws IOException {
        Path jar = directory.resolve("application.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(file)) {
            for (Class<?> type : List.of(BarrierSum.class, BarrierSum.Meet.class)) {
                String name = type.getName().replace('.', '/') + ".class";
                entries.putNextEntry(new JarEntry(name));
                try (InputStream classFile = type.getClassLoader().getResourceAsStream(name)) {
                    assertThat(classFile).isNotNull();
                    classFile.transferTo(entries);
                }
            }
        }
        return jar;
    }
}
