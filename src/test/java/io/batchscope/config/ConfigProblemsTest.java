package io.batchscope.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every message in full; {@code FILE} stands for the name of the configuration file. */
class ConfigProblemsTest {
    private static final String LEAST = "study { name = s, data.path = d }";

    @TempDir
    Path directory;

    @Test
    void reportsAllProblemsAtOnceWithTheirLines() {
        assertThat(problems(
                        """
                        study {
                          name = two words
                          data { train-fraction = 1.5 }
                          batch-sise = [1]
                          learning-rate {
                            schedule = cosin
                          }
                          seeds = [1, -2]
                          budget { epochs = soon }
                          qqq = 1
                        }
                        """,
                        "learning-rate.base=abc"))
                .containsExactly(
                        "wrong value for 'name' (FILE:2, study.name): must be at most 100 letters, digits, '.', '_'"
                                + " and '-' that start with a letter or digit, but is \"two words\"; correct it",
                        "missing key 'path' (FILE:3, study.data.path): needs a value; add one, conf/defaults.conf"
                                + " explains it",
                        "wrong value for 'train-fraction' (FILE:3, study.data.train-fraction): must be a number in"
                                + " (0, 1], but is 1.5; correct it, or remove it for the default 1",
                        "wrong value for 'base' (--set learning-rate.base=abc, study.learning-rate.base): must be a"
                                + " number above 0, but is \"abc\"; correct it, or remove it for the default 0.05",
                        "wrong value for 'schedule' (FILE:6, study.learning-rate.schedule): must be one of constant,"
                                + " step, polynomial, cosine, wsd, pieces, but is \"cosin\"; did you mean 'cosine'?",
                        "wrong value for 'epochs' (FILE:9, study.budget.epochs): must be a number above 0, but is"
                                + " \"soon\"; correct it, or remove it for the default 10",
                        "wrong value for 'seeds' (FILE:8, study.seeds): must be a whole number in 0 … 2147483647, but"
                                + " is -2; correct it, or remove it for the default [1]",
                        "unknown key 'batch-sise' (FILE:4, study.batch-sise): no such setting; did you mean"
                                + " 'batch-sizes'?",
                        "unknown key 'qqq' (FILE:10, study.qqq): no such setting; there are name, data, model,"
                                + " optimizer, learning-rate, regularization, batch-growth, budget, recipes,"
                                + " batch-sizes, seeds, target, evaluation, sync, checkpoint, replica, gpu, measure, probes, order,"
                                + " output");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name=null | missing key 'name' (FILE:1, study.name): needs a value; add one, conf/defaults.conf explains it",
                "model=mlp | wrong value for 'model' (--set model=mlp, study.model): must be a block { … }, but is \"mlp\"; correct it",
                "model.hidden=[] | wrong value for 'hidden' (--set model.hidden=[], study.model.hidden): must be a list of at least one width; a network without hidden layers is softmax or linear, but is []; correct it, or remove it for the default [256,128]",
                "model={catalog=softmax,hidden=[3]} | 'hidden' without effect (--set model={catalog=softmax,hidden=[3]}, study.model.hidden): belongs to catalog = mlp; remove it",
                "batch-sizes=[] | wrong value for 'batch-sizes' (--set batch-sizes=[], study.batch-sizes): must be a list of at least one, but is []; correct it, or remove it for the default [32,128,512]",
                "batch-sizes=[8,8] | wrong value for 'batch-sizes' (--set batch-sizes=[8,8], study.batch-sizes): must be a list without repeats, but is [8,8]; correct it, or remove it for the default [32,128,512]",
                "batch-sizes=[0] | wrong value for 'batch-sizes' (--set batch-sizes=[0], study.batch-sizes): must be a whole number in 1 … 2147483647, or full, but is 0; correct it, or remove it for the default [32,128,512]",
                "batch-sizes=64 | wrong value for 'batch-sizes' (--set batch-sizes=64, study.batch-sizes): must be a list [ … ], but is 64; correct it, or remove it for the default [32,128,512]",
                "batch-sizes=[1.5] | wrong value for 'batch-sizes' (--set batch-sizes=[1.5], study.batch-sizes): must be a whole number in 1 … 2147483647, or full, but is 1.5; correct it, or remove it for the default [32,128,512]",
                "seeds=[2147483648] | wrong value for 'seeds' (--set seeds=[2147483648], study.seeds): must be a whole number in 0 … 2147483647, but is 2147483648; correct it, or remove it for the default [1]",
                "seeds=[1,1] | wrong value for 'seeds' (--set seeds=[1,1], study.seeds): must be a list without repeats, but is [1,1]; correct it, or remove it for the default [1]",
                "optimizer.momentum=1 | wrong value for 'momentum' (--set optimizer.momentum=1, study.optimizer.momentum): must be a number in [0, 1), but is 1; correct it",
                "optimizer.beta1=0.5 | 'beta1' without effect (--set optimizer.beta1=0.5, study.optimizer.beta1): belongs to adam, adamw and lamb; remove it",
                "learning-rate.search.factors=[1,0] | wrong value for 'factors' (--set learning-rate.search.factors=[1,0], study.learning-rate.search.factors): must be a number above 0, but is 0; correct it, or remove it for the default []",
                "learning-rate.warmup=5 | wrong value for 'warmup' (--set learning-rate.warmup=5, study.learning-rate.warmup): must be a duration such as \"5 epochs\" (in steps, epochs, examples or %), but is 5; correct it, or remove it for the default \"5 %\"",
                "evaluation.every=0 steps | wrong value for 'every' (--set evaluation.every=0 steps, study.evaluation.every): must be a duration above 0 such as \"5 epochs\" (in steps, epochs, examples or %), but is \"0 steps\"; correct it, or remove it for the default \"5 %\"",
                "learning-rate.schedule=step | wrong value for 'milestones' (FILE, study.learning-rate.milestones): must be at least one duration for schedule = step, such as [\"50 %\", \"75 %\"], but is []; set it",
                "learning-rate.power=2 | 'power' without effect (--set learning-rate.power=2, study.learning-rate.power): belongs to schedule = polynomial; remove it",
                "budget.epochs=5 % | wrong value for 'epochs' (--set budget.epochs=5 %, study.budget.epochs): must be a number above 0, but is \"5 %\"; correct it, or remove it for the default 10",
                "budget.epochs=null | wrong block 'budget' (FILE, study.budget): must have exactly one of epochs, steps, examples, but has none; keep one",
                "target.value=1 | wrong value for 'value' (--set target.value=1, study.target.value): must be a number in [0, 1), but is 1; correct it",
                "target.stop=yes please | wrong value for 'stop' (--set target.stop=yes please, study.target.stop): must be true or false, but is \"yes please\"; correct it, or remove it for the default false",
                "target.metric=validation-loss | 'metric' without effect (--set target.metric=validation-loss, study.target.metric): a target needs a value as well; remove it",
                "sync.mode=averaging | wrong value for 'mode' (--set sync.mode=averaging, study.sync.mode): must be one of synchronous, parameter-averaging, gradient-sharing, dl4j-parameter-averaging, dl4j-gradient-sharing, but is \"averaging\"; correct it, or remove it for the default \"synchronous\"",
                "sync.parameter-averaging.every=16 steps | 'parameter-averaging' without effect (--set sync.parameter-averaging.every=16 steps, study.sync.parameter-averaging): belongs to mode = parameter-averaging, which the study does not have; remove it",
                "sync={mode=parameter-averaging,parameter-averaging.every=0} | wrong value for 'every' (--set sync={mode=parameter-averaging,parameter-averaging.every=0}, study.sync.parameter-averaging.every): must be a duration above 0 such as \"8 steps\" (steps, epochs, examples or %), or a whole number of steps, but is 0; correct it, or remove it for the default \"8 steps\"",
                "sync={mode=parameter-averaging,parameter-averaging.every=1.5} | wrong value for 'every' (--set sync={mode=parameter-averaging,parameter-averaging.every=1.5}, study.sync.parameter-averaging.every): must be a duration above 0 such as \"8 steps\" (steps, epochs, examples or %), or a whole number of steps, but is 1.5; correct it, or remove it for the default \"8 steps\"",
                "sync={mode=parameter-averaging,parameter-averaging.after=soon} | wrong value for 'after' (--set sync={mode=parameter-averaging,parameter-averaging.after=soon}, study.sync.parameter-averaging.after): must be a duration such as \"8 steps\" (steps, epochs, examples or %), or a whole number of steps, but is \"soon\"; correct it, or remove it for the default \"0 steps\"",
                "sync={mode=parameter-averaging,parameter-averaging=8} | wrong value for 'parameter-averaging' (--set sync={mode=parameter-averaging,parameter-averaging=8}, study.sync.parameter-averaging): must be a block { … }, but is 8; correct it",
                "sync={mode=gradient-sharing,gradient-sharing.initial-threshold=0} | wrong value for 'initial-threshold' (--set sync={mode=gradient-sharing,gradient-sharing.initial-threshold=0}, study.sync.gradient-sharing.initial-threshold): must be a number above 0, but is 0; correct it, or remove it for the default 0.001",
                "sync={mode=gradient-sharing,gradient-sharing.sparsity=0.9} | 'sparsity' without effect (--set sync={mode=gradient-sharing,gradient-sharing.sparsity=0.9}, study.sync.gradient-sharing.sparsity): belongs to threshold = target-sparsity; remove it",
                "sync={mode=gradient-sharing,gradient-sharing{threshold=fixed,factor=2}} | 'factor' without effect (--set sync={mode=gradient-sharing,gradient-sharing{threshold=fixed,factor=2}}, study.sync.gradient-sharing.factor): belongs to threshold = adaptive and target-sparsity; remove it",
                "sync={mode=gradient-sharing,gradient-sharing{residual-clip=null,clip-every=3}} | 'clip-every' without effect (--set sync={mode=gradient-sharing,gradient-sharing{residual-clip=null,clip-every=3}}, study.sync.gradient-sharing.clip-every): nothing is cut with residual-clip = null; remove it",
                "sync={mode=dl4j-gradient-sharing,dl4j-gradient-sharing.most-sparsity=0.5} | wrong value for 'most-sparsity' (--set sync={mode=dl4j-gradient-sharing,dl4j-gradient-sharing.most-sparsity=0.5}, study.sync.dl4j-gradient-sharing.most-sparsity): must be at least least-sparsity, 0.99, but is 0.5; correct it, or remove it for the default 0.9999",
                "sync.compare=synchronous | wrong value for 'compare' (--set sync.compare=synchronous, study.sync.compare): must be a list [ … ], but is \"synchronous\"; correct it, or remove it for the default []",
                "sync={mode=dl4j-gradient-sharing,dl4j-gradient-sharing.factor=3} | wrong value for 'factor' (--set sync={mode=dl4j-gradient-sharing,dl4j-gradient-sharing.factor=3}, study.sync.dl4j-gradient-sharing.factor): must be a number in (1, 2], but is 3; correct it, or remove it for the default 1.0353",
                "sync.compare=[synchronous,sharing] | wrong value for 'compare[1]' (--set sync.compare=[synchronous,sharing], study.sync.compare[1]): must be one of synchronous, parameter-averaging, gradient-sharing, dl4j-parameter-averaging, dl4j-gradient-sharing, but is \"sharing\"; correct it",
                "sync.compare=[{every=8}] | missing key 'mode' (--set sync.compare=[{every=8}], study.sync.compare[0].mode): needs a value; add one, conf/defaults.conf explains it",
                "sync.workers=0 | wrong value for 'workers' (--set sync.workers=0, study.sync.workers): must be a whole number in 1 … 2147483647, or auto, but is 0; correct it, or remove it for the default \"auto\"",
                "sync.workers=[1, auto] | wrong value for 'workers' (--set sync.workers=[1, auto], study.sync.workers): must be a whole number in 1 … 2147483647, but is \"auto\"; correct it, or remove it for the default \"auto\"",
                "sync.workers=[2, 1, 2] | wrong value for 'workers' (--set sync.workers=[2, 1, 2], study.sync.workers): must be a list without repeats, but is [2,1,2]; correct it, or remove it for the default \"auto\"",
                "sync.workers=[] | wrong value for 'workers' (--set sync.workers=[], study.sync.workers): must be a list of at least one, but is []; correct it, or remove it for the default \"auto\"",
                "sync.memory-per-worker=much | wrong value for 'memory-per-worker' (--set sync.memory-per-worker=much, study.sync.memory-per-worker): must be a size above 0 such as \"2 GiB\" (B, KiB, MiB, GiB, TiB), or auto, but is \"much\"; correct it, or remove it for the default \"auto\"",
                "sync.memory-per-worker=0 | wrong value for 'memory-per-worker' (--set sync.memory-per-worker=0, study.sync.memory-per-worker): must be a size above 0 such as \"2 GiB\" (B, KiB, MiB, GiB, TiB), or auto, but is 0; correct it, or remove it for the default \"auto\"",
                "sync.memory-per-worker=[1] | wrong value for 'memory-per-worker' (--set sync.memory-per-worker=[1], study.sync.memory-per-worker): must be a size above 0 such as \"2 GiB\" (B, KiB, MiB, GiB, TiB), or auto, but is [1]; correct it, or remove it for the default \"auto\"",
                "gpu.tf32=1 | wrong value for 'tf32' (--set gpu.tf32=1, study.gpu.tf32): must be true or false, but is 1; correct it, or remove it for the default false",
                "gpu.ranks-per-device=0 | wrong value for 'ranks-per-device' (--set gpu.ranks-per-device=0, study.gpu.ranks-per-device): must be a whole number in 1 … 16, but is 0; correct it, or remove it for the default 1",
                "replica=fuse | wrong value for 'replica' (--set replica=fuse, study.replica): must be one of auto, fused, cuda, dl4j, but is \"fuse\"; did you mean 'fused'?",
                "replica=fast | wrong value for 'replica' (--set replica=fast, study.replica): must be one of auto, fused, cuda, dl4j, but is \"fast\"; correct it, or remove it for the default \"auto\"",
                "sync.transport=rdma | wrong value for 'transport' (--set sync.transport=rdma, study.sync.transport): must be one of auto, ring, driver, but is \"rdma\"; correct it, or remove it for the default \"auto\"",
                "sync.transport=drivr | wrong value for 'transport' (--set sync.transport=drivr, study.sync.transport): must be one of auto, ring, driver, but is \"drivr\"; did you mean 'driver'?",
                "replca=dl4j | unknown key 'replca' (--set replca=dl4j, study.replca): no such setting; did you mean 'replica'?",
                "probes=[hessian] | 'hessian' not available (--set probes=[hessian], study.probes): a known setting that this version does not have; choose one of calibration, weight-noise, corrupted-inputs, label-memory",
                "probes=[calibration,calibration] | wrong value for 'probes' (--set probes=[calibration,calibration], study.probes): must be a list without repeats, but is [\"calibration\",\"calibration\"]; correct it, or remove it for the default []",
                "measure.norms-every=often | wrong value for 'norms-every' (--set measure.norms-every=often, study.measure.norms-every): must be a duration above 0 such as \"50 steps\", auto or never, but is \"often\"; correct it, or remove it for the default \"auto\"",
                "data.label-noise=1 | wrong value for 'label-noise' (--set data.label-noise=1, study.data.label-noise): must be a number in [0, 1), but is 1; correct it, or remove it for the default 0",
                "data.input=[a.csv] | 'input' without effect (--set data.input=[a.csv], study.data.input): says how to prepare data, which needs a format; remove it",
                "data.format=csv | wrong value for 'input' (FILE, study.data.input): must be at least one file or directory for format = csv, but is []; set it",
                "data.format=libsvm | 'libsvm' not available (--set data.format=libsvm, study.data.format): a known setting that this version does not have; choose one of idx, csv, parquet, synthetic",
                "data.synthetic.classes=3 | 'synthetic' without effect (--set data.synthetic.classes=3, study.data.synthetic): belongs to format = synthetic; remove it",
                "nme.x=1 | unknown key 'nme' (--set nme.x=1, study.nme): no such setting; did you mean 'name'?",
                "noequals | override (--set noequals): must be key=value; write for example --set learning-rate.base=0.1",
                "seeds..x=1 | override (--set seeds..x=1): Invalid path 'study.seeds..x': path has a leading, trailing, or two adjacent period '.' (use quoted \"\" empty string if you want an empty element); the key is dotted words and the value HOCON, quoted for the shell",
            })
    void namesTheOneThingThatIsWrong(String set, String message) {
        List<String> problems = problems(LEAST, set);
        assertThat(problems).first().isEqualTo(message);
    }

    @Test
    void refusesAnOverrideThatSmugglesInASecondKey() {
        assertThat(problems(LEAST, "seeds=[1], name = x"))
                .containsExactly("override (--set seeds=[1], name = x): must give one key one value, but gives more;"
                        + " write one --set for each key");
    }

    @Test
    void refusesAFileThatIsNotThere() {
        Path absent = Path.of("conf", "absent.conf");
        ConfigException refused =
                catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(absent, List.of("oops")));
        assertThat(refused.problems())
                .containsExactly(
                        "configuration file (conf/absent.conf): no such file; check the name, which is relative to "
                                + Path.of("").toAbsolutePath(),
                        "override (--set oops): must be key=value; write for example --set learning-rate.base=0.1");
        assertThat(refused).hasMessageStartingWith("configuration file (conf/absent.conf): no such file");
    }

    @Test
    void refusesADirectory() {
        ConfigException refused =
                catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(directory, List.of()));
        assertThat(refused.problems())
                .containsExactly("configuration file (" + directory
                        + "): not a file; name a HOCON file such as conf/smoke.conf");
    }

    @Test
    void namesTheLineOfASyntaxError() {
        assertThat(problems("study {\n  seeds = [1, 2\n}\n"))
                .singleElement()
                .asString()
                .startsWith("syntax error (FILE:3): ")
                .endsWith("; correct the HOCON there")
                .doesNotContain("\n");
    }

    @Test
    void namesTheLineOfAReferenceToNothing() {
        assertThat(problems("study {\n  name = s\n  data.path = ${nowhere}\n}\n"))
                .containsExactly("unresolved reference (FILE:3): Could not resolve substitution to a value:"
                        + " ${nowhere}; define it or remove it");
    }

    @Test
    void refusesAFileWithoutAStudy() {
        assertThat(problems("stud { name = s }"))
                .containsExactly(
                        "no study (FILE): a configuration needs a block study { … }; add one",
                        "unknown key 'stud' (FILE:1, stud): no such setting; did you mean 'study'?");
    }

    private List<String> problems(String text, String... sets) {
        Path file = directory.resolve("x.conf");
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> {
            write(file, text);
            ConfigLoader.load(file, List.of(sets));
        });
        assertThat(refused).isNotNull();
        return refused.problems().stream()
                .map(problem -> problem.replace(file.toString(), "FILE"))
                .toList();
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
    }
}
