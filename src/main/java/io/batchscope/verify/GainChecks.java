package io.batchscope.verify;

import io.batchscope.scaling.AdaScaleGain;
import java.util.ArrayList;
import java.util.List;

/** AdaScale's gain r = (σ² + μ²)/(σ²/S + μ²), and Pollux's efficiency (φ + M₀)/(φ + M) = r/S. */
final class GainChecks {
    private static final double ROUNDING = 1e-12;

    private GainChecks() {}

    static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        checks.add(Check.exact("gain without noise, S = 8", 1, AdaScaleGain.of(0, 1, 8), ROUNDING));
        checks.add(Check.exact("gain without signal, S = 8", 8, AdaScaleGain.of(1, 0, 8), ROUNDING));
        checks.add(Check.exact("gain, σ² = 4, μ² = 1, S = 8", 10 / 3.0, AdaScaleGain.of(4, 1, 8), ROUNDING));
        checks.add(Check.exact("gain, σ² = 10, μ² = 1, S = 64", 704 / 74.0, AdaScaleGain.of(10, 1, 64), ROUNDING));
        double base = 32;
        double scale = 16;
        double noiseScale = 900;
        double gain = AdaScaleGain.of(noiseScale / base, 1, scale);
        checks.add(Check.exact(
                "efficiency of batch 512 to 32 at noise scale 900",
                (noiseScale + base) / (noiseScale + scale * base),
                gain / scale,
                ROUNDING));
        return checks;
    }
}
