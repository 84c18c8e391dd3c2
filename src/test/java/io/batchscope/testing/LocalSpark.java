package io.batchscope.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;

/**
 * A real Spark in this JVM, {@code local[2]}, one for all test classes; stopped when the last test has run. Use it as
 * {@code @RegisterExtension static final LocalSpark spark = new LocalSpark();}.
 */
public final class LocalSpark implements BeforeAllCallback {
    private static final Namespace NAMESPACE = Namespace.create(LocalSpark.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(Running.class, key -> new Running(), Running.class);
    }

    /** The session. */
    public SparkSession session() {
        return SparkSession.active();
    }

    /** A started session that JUnit closes at the end. */
    @SuppressWarnings("deprecation") // AutoCloseable is closed only where junit-platform.properties says so
    private static final class Running implements CloseableResource {
        private final SparkSession session;

        Running() {
            session = SparkSession.builder()
                    .master("local[2]")
                    .appName("batchscope-tests")
                    .config("spark.ui.enabled", "false")
                    .config("spark.driver.host", "127.0.0.1")
                    .config("spark.driver.bindAddress", "127.0.0.1")
                    .config("spark.sql.shuffle.partitions", "2")
                    .config(
                            "spark.sql.warehouse.dir",
                            temporaryDirectory().toUri().toString())
                    .getOrCreate();
            session.sparkContext().setLogLevel("OFF");
        }

        private static Path temporaryDirectory() {
            try {
                return Files.createTempDirectory("batchscope-warehouse");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            session.stop();
        }
    }
}
