package io.batchscope.cli;

import io.batchscope.result.Provenance;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What this build is, from the properties that Maven wrote. */
final class BuildInfo implements IVersionProvider {
    private static final Properties PROPERTIES = load();

    private static Properties load() {
        Properties properties = new Properties();
        try (InputStream stream = BuildInfo.class.getResourceAsStream("/io/batchscope/build.properties")) {
            if (stream != null) {
                properties.load(stream);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    /** A build outside a git checkout leaves the placeholder as it was. */
    private static String value(String key) {
        String value = PROPERTIES.getProperty(key, "unknown");
        return value.startsWith("${") ? "unknown" : value;
    }

    static String version() {
        return value("version");
    }

    /** The commit, with a mark when files were changed after it. */
    static String commit() {
        return value("commit") + (value("dirty").equals("true") ? "-dirty" : "");
    }

    static Provenance provenance(String configHash, String backend, String sparkVersion) {
        return new Provenance(
                commit(),
                configHash,
                version(),
                System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                backend,
                sparkVersion);
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "batchscope " + version() + " (" + commit() + ")",
            "built for Spark " + value("sparkVersion") + ", Deeplearning4j " + value("deeplearning4jVersion")
        };
    }
}
