package io.batchscope.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class VendoredFilesTest {
    private static final List<String> SUMS =
            Resources.text("/vendor/SHA256SUMS").lines().toList();

    @Test
    void areWhatWasPublished() throws Exception {
        assertThat(SUMS).hasSize(5);
        for (String line : SUMS) {
            String file = line.substring(66);
            try (InputStream stream = Objects.requireNonNull(getClass().getResourceAsStream("/vendor/" + file), file)) {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(stream.readAllBytes());
                assertThat(HexFormat.of().formatHex(digest)).as(file).isEqualTo(line.substring(0, 64));
            }
        }
    }

    @Test
    void comeWithTheirLicences() {
        assertThat(SUMS)
                .extracting(line -> line.substring(66))
                .contains("vega/LICENSE", "vega/LICENSE-bundled", "vega-lite/LICENSE");
        assertThat(Resources.text("/vendor/vega/LICENSE"))
                .contains("Redistribution and use in source and binary forms");
    }

    @Test
    void cannotEndTheScriptTheyStandIn() {
        for (String file : List.of("/vendor/vega/vega.min.js", "/vendor/vega-lite/vega-lite.min.js")) {
            assertThat(Resources.text(file))
                    .doesNotContainIgnoringCase("</script")
                    .doesNotContain("<!--");
        }
    }
}
