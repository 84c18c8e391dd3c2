package io.batchscope.testing;

import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One Spark session on three local slots for all test classes of this JVM; it ends with the JVM. */
public final class LocalSpark implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
        session();
    }

    /** The session, started on first use. */
    public SparkSession session() {
        return Shared.SESSION;
    }

    private static final class Shared {
        static final SparkSession SESSION = SparkSession.builder()
                .master("local[3]")
                .appName("batchscope-tests")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.executor.heartbeatInterval", "1s")
                .getOrCreate();
    }
}
