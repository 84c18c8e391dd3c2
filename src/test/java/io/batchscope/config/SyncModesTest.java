package io.batchscope.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.batchscope.plan.SyncModeConfig;
import io.batchscope.plan.SyncModeConfig.Dl4jParameterAveraging;
import io.batchscope.plan.SyncModeConfig.ParameterAveraging;
import io.batchscope.plan.SyncModeConfig.Resolved;
import io.batchscope.plan.Synchronization.Dl4jGradientSharing;
import io.batchscope.plan.Synchronization.GradientSharing;
import io.batchscope.plan.Synchronization.Synchronous;
import io.batchscope.plan.Synchronization.Threshold;
import io.batchscope.units.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The modes of a study; {@code FILE} in messages stands for the name of the configuration file. */
class SyncModesTest {
    private static final SyncModeConfig EXACT = new Resolved(new Synchronous());
    private static final Span NONE = steps(0);

    @TempDir
    Path directory;

    @Test
    void isExactUnlessAskedOtherwise() {
        assertThat(modes("")).containsExactly(EXACT);
    }

    @Test
    void takesAModeWithItsDefaults() {
        assertThat(modes("mode = parameter-averaging")).containsExactly(new ParameterAveraging(steps(8), NONE));
        assertThat(modes("mode = gradient-sharing"))
                .containsExactly(
                        new Resolved(new GradientSharing(new Threshold.Adaptive(1e-3, 0.99, 0.999, 1.05), 5, 5)));
        assertThat(modes("mode = dl4j-parameter-averaging")).containsExactly(new Dl4jParameterAveraging(steps(8)));
        assertThat(modes("mode = dl4j-gradient-sharing"))
                .containsExactly(new Resolved(
                        new Dl4jGradientSharing(new Threshold.Adaptive(1e-4, 0.99, 0.9999, 1.0353), 5, 5)));
    }

    @Test
    void takesDurationsInEveryUnitAndBareNumbersOfSteps() {
        assertThat(modes("mode = parameter-averaging, parameter-averaging { every = 16, after = 100 }"))
                .containsExactly(new ParameterAveraging(steps(16), steps(100)));
        assertThat(modes("mode = parameter-averaging, parameter-averaging { every = \"1 epoch\", after = \"50 %\" }"))
                .containsExactly(
                        new ParameterAveraging(new Span(1, Span.Unit.EPOCHS), new Span(50, Span.Unit.PERCENT)));
        assertThat(modes("mode = dl4j-parameter-averaging", "sync.dl4j-parameter-averaging.every=\"4096 examples\""))
                .containsExactly(new Dl4jParameterAveraging(new Span(4096, Span.Unit.EXAMPLES)));
        assertThat(modes("mode = parameter-averaging", "sync.parameter-averaging.every=\"16 steps\""))
                .containsExactly(new ParameterAveraging(steps(16), NONE));
    }

    @Test
    void takesEachKindOfThreshold() {
        assertThat(sharing("threshold = fixed, initial-threshold = 0"))
                .isEqualTo(new GradientSharing(new Threshold.Fixed(0), 5, 5));
        assertThat(sharing("threshold = fixed, initial-threshold = 1e-4, residual-clip = null"))
                .isEqualTo(new GradientSharing(new Threshold.Fixed(1e-4), Double.POSITIVE_INFINITY, 5));
        assertThat(sharing("threshold = target-sparsity, sparsity = 0.95, factor = 1.1, clip-every = 20"))
                .isEqualTo(new GradientSharing(new Threshold.TargetSparsity(1e-3, 0.95, 1.1), 5, 20));
        assertThat(sharing("least-sparsity = 0, most-sparsity = 1, residual-clip = 1"))
                .isEqualTo(new GradientSharing(new Threshold.Adaptive(1e-3, 0, 1, 1.05), 1, 5));
    }

    /** Deeplearning4j's cannot send everything. */
    @Test
    void refusesDeeplearning4jAThresholdOfZero() {
        assertThat(problems("mode = dl4j-gradient-sharing\n"
                        + "dl4j-gradient-sharing { threshold = fixed, initial-threshold = 0 }"))
                .containsExactly("wrong value for 'initial-threshold' (FILE:3,"
                        + " study.sync.dl4j-gradient-sharing.initial-threshold): must be a number above 0, but is 0;"
                        + " correct it, or remove it for the default 1.0E-4");
    }

    private Object sharing(String settings) {
        return ((Resolved) modes("mode = gradient-sharing, gradient-sharing { " + settings + " }")
                        .get(0))
                .synchronization();
    }

    @Test
    void comparesModesWhoseKeysGoOverTheirBlocks() {
        assertThat(
                        modes(
                                """
                        parameter-averaging { every = 4, after = 100 }
                        compare = [
                          synchronous
                          parameter-averaging
                          { mode = parameter-averaging, every = "64 steps" }
                          { mode = gradient-sharing, threshold = fixed }
                        ]
                        """))
                .containsExactly(
                        EXACT,
                        new ParameterAveraging(steps(4), steps(100)),
                        new ParameterAveraging(steps(64), steps(100)),
                        new Resolved(new GradientSharing(new Threshold.Fixed(1e-3), 5, 5)));
    }

    /** What one threshold needs stands in the block, and another element chooses another threshold. */
    @Test
    void judgesABlockByAllThatUseIt() {
        String block = "gradient-sharing { threshold = target-sparsity, sparsity = 0.9 }\n";
        String fixed = "{ mode = gradient-sharing, threshold = fixed }";

        assertThat(modes(block + "compare = [ gradient-sharing, " + fixed + " ]"))
                .hasSize(2);
        assertThat(problems(block + "compare = [ " + fixed + " ]"))
                .containsExactly("'sparsity' without effect (FILE:2, study.sync.gradient-sharing.sparsity): belongs to"
                        + " threshold = target-sparsity; remove it");
    }

    @Test
    void namesTheElementThatIsWrong() {
        assertThat(
                        problems(
                                """
                        compare = [
                          averaging
                          { mode = parameter-averaging, every = 0 }
                          { mode = parameter-averaging, evry = 16 }
                          { mode = gradient-sharing, threshold = fixed, sparsity = 0.9 }
                          { mode = shared, threshold = fixed }
                          { mode = synchronous, workers = 3 }
                        ]
                        """))
                .containsExactly(
                        "wrong value for 'compare[0]' (FILE:3, study.sync.compare[0]): must be one of synchronous,"
                                + " parameter-averaging, gradient-sharing, dl4j-parameter-averaging,"
                                + " dl4j-gradient-sharing, but is \"averaging\"; correct it",
                        "wrong value for 'every' (FILE:4, study.sync.compare[1].every): must be a duration above 0"
                                + " such as \"8 steps\" (steps, epochs, examples or %), or a whole number of steps,"
                                + " but is 0; correct it",
                        "unknown key 'evry' (FILE:5, study.sync.compare[2].evry): no such setting; did you mean"
                                + " 'every'?",
                        "'sparsity' without effect (FILE:6, study.sync.compare[3].sparsity): belongs to threshold ="
                                + " target-sparsity; remove it",
                        "wrong value for 'mode' (FILE:7, study.sync.compare[4].mode): must be one of synchronous,"
                                + " parameter-averaging, gradient-sharing, dl4j-parameter-averaging,"
                                + " dl4j-gradient-sharing, but is \"shared\"; correct it",
                        "unknown key 'workers' (FILE:8, study.sync.compare[5].workers): no such setting; there are"
                                + " mode");
    }

    @Test
    void refusesWhatAnElementInheritsOnce() {
        assertThat(
                        problems(
                                """
                        parameter-averaging { every = never }
                        compare = [ parameter-averaging, { mode = parameter-averaging, after = 7 } ]
                        """))
                .containsExactly("wrong value for 'every' (FILE:2, study.sync.parameter-averaging.every): must be a"
                        + " duration above 0 such as \"8 steps\" (steps, epochs, examples or %), or a whole number of"
                        + " steps, but is \"never\"; correct it, or remove it for the default \"8 steps\"");
    }

    @Test
    void refusesModesThatComeToTheSame() {
        assertThat(problems("compare = [synchronous, { mode = synchronous }]"))
                .containsExactly("wrong value for 'compare[1]' (FILE:2, study.sync.compare[1]): must be another mode"
                        + " than the elements before it, or the same with other settings, but is"
                        + " {\"mode\":\"synchronous\"}; correct it");
        assertThat(problems("compare = [parameter-averaging, synchronous, { mode = parameter-averaging, every = 8 }]"))
                .singleElement()
                .asString()
                .startsWith("wrong value for 'compare[2]' (FILE:2, study.sync.compare[2]): must be another mode than");
    }

    @Test
    void refusesSettingsOfModesThatTheStudyDoesNotHave() {
        assertThat(problems("mode = parameter-averaging, gradient-sharing.threshold = fixed"))
                .containsExactly("'gradient-sharing' without effect (FILE:2, study.sync.gradient-sharing): belongs to"
                        + " mode = gradient-sharing, which the study does not have; remove it");
        assertThat(problems("compare = [synchronous], parameter-averaging.every = 3"))
                .containsExactly("'parameter-averaging' without effect (FILE:2, study.sync.parameter-averaging):"
                        + " belongs to mode = parameter-averaging, which the study does not have; remove it");
        assertThat(problems("compare = [synchronous, gradient-sharing], mode = parameter-averaging"))
                .containsExactly("'mode' without effect (FILE:2, study.sync.mode): compare says which modes the study"
                        + " has; remove it");
    }

    @Test
    void saysNothingOfSettingsThatAreTheDefaultsOrOfALowerLayer() {
        assertThat(modes("gradient-sharing.threshold = adaptive, parameter-averaging.every = \"8 steps\""))
                .containsExactly(EXACT);
        assertThat(modes("mode = parameter-averaging, parameter-averaging.every = 3", "sync.mode=synchronous"))
                .containsExactly(EXACT);
        assertThat(modes(
                        "mode = gradient-sharing, gradient-sharing { threshold = target-sparsity, sparsity = 0.9 }",
                        "sync.gradient-sharing.threshold=fixed"))
                .containsExactly(new Resolved(new GradientSharing(new Threshold.Fixed(1e-3), 5, 5)));
    }

    @Test
    void letsALayerReplaceOneModeBySeveralAndTheOtherWayRound() throws IOException {
        assertThat(modes("compare = [synchronous, parameter-averaging]", "sync.mode=gradient-sharing"))
                .containsExactly(
                        new Resolved(new GradientSharing(new Threshold.Adaptive(1e-3, 0.99, 0.999, 1.05), 5, 5)));
        assertThat(modes("compare = [synchronous, parameter-averaging]", "sync.mode=synchronous"))
                .containsExactly(EXACT);
        assertThat(modes("mode = gradient-sharing", "sync.compare=[synchronous,parameter-averaging]"))
                .containsExactly(EXACT, new ParameterAveraging(steps(8), NONE));

        LoadedConfig several = load("mode = gradient-sharing", "sync.compare=[synchronous]");
        assertThat(several.hash()).isEqualTo(load("compare = [synchronous]").hash());
    }

    private List<SyncModeConfig> modes(String sync, String... sets) {
        try {
            return load(sync, sets).config().sync().modes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private List<String> problems(String sync, String... sets) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> load(sync, sets));
        assertThat(refused).isNotNull();
        return refused.problems().stream()
                .map(problem -> problem.replace(file().toString(), "FILE"))
                .toList();
    }

    private LoadedConfig load(String sync, String... sets) throws IOException {
        Files.writeString(file(), "study { name = s, data.path = d, sync {\n" + sync + "\n} }");
        return ConfigLoader.load(file(), List.of(sets));
    }

    private Path file() {
        return directory.resolve("x.conf");
    }

    private static Span steps(long count) {
        return new Span(count, Span.Unit.STEPS);
    }
}
