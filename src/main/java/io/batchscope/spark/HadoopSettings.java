package io.batchscope.spark;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** A Hadoop configuration that travels to the workers, which the configuration itself cannot. */
final class HadoopSettings implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Map<String, String> values = new TreeMap<>();

    HadoopSettings(Configuration configuration) {
        configuration.forEach(entry -> values.put(entry.getKey(), entry.getValue()));
    }

    Configuration configuration() {
        Configuration configuration = new Configuration(false);
        values.forEach(configuration::set);
        return configuration;
    }
}
