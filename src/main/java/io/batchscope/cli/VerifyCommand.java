package io.batchscope.cli;

import io.batchscope.config.ConfigLoader;
import io.batchscope.fused.FusedBackend;
import io.batchscope.nn.Model;
import io.batchscope.nn.Models;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.StudyConfig;
import io.batchscope.plan.Task;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.verify.Check;
import io.batchscope.verify.KnownAnswers;
import io.batchscope.verify.Laboratory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Computes what has a known answer, with the code that studies use, and compares. */
@Command(
        name = "verify",
        description = "Computes problems whose answer is known, with the code that studies use, and compares.",
        footer = {
            "What is sampled must be within 3 % of the answer, and so must 4 standard errors be. All that is random in a sample",
            "follows from its seed, so the same samples are drawn every time. Exit code 1 if an answer is wrong or missing."
        })
final class VerifyCommand implements Callable<Integer> {
    private static final String ROW = "%-4s  %-75s %14s %14s %11s  %s%n";
    private static final String MISS = "MISS";

    private final List<KnownAnswers.Group> groups;

    VerifyCommand() {
        this(KnownAnswers.groups());
    }

    /** One that checks other answers. */
    VerifyCommand(List<KnownAnswers.Group> groups) {
        this.groups = groups;
    }

    @Override
    public Integer call() {
        Laboratory laboratory = new Studies();
        String problem = FusedBackend.problem();
        if (problem != null) {
            System.out.println("replica fused: " + problem + "; checked on dl4j alone");
        }
        int wrong = 0;
        int all = 0;
        System.out.printf(Locale.ROOT, ROW, "", "name", "expected", "got", "tolerance", "sampled");
        for (KnownAnswers.Group group : groups) {
            System.out.printf("%n%s%n  %s%n", group.subject(), group.source());
            List<Check> checks;
            try {
                checks = group.checks().apply(laboratory);
            } catch (RuntimeException e) {
                // Nothing came out where a number should have: a wrong answer of this group, and no reason to skip the
                // others.
                System.out.printf(Locale.ROOT, ROW, MISS, group.subject(), "", "", "", "no answer: " + reason(e));
                all++;
                wrong++;
                continue;
            }
            for (Check check : checks) {
                show(check);
                all++;
                wrong += check.passes() ? 0 : 1;
            }
        }
        System.out.printf(
                "%n%d of %d answers are right%s%n", all - wrong, all, wrong == 0 ? "" : ", " + wrong + " wrong");
        return wrong == 0 ? ExitCode.DONE : ExitCode.UNEXPECTED;
    }

    /** What was thrown, and where in this program. */
    private static String reason(RuntimeException thrown) {
        return Arrays.stream(thrown.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("io.batchscope."))
                .findFirst()
                .map(frame -> thrown + " (" + frame.getFileName() + ":" + frame.getLineNumber() + ")")
                .orElseGet(thrown::toString);
    }

    private static void show(Check check) {
        Check.Sampling sampling = check.sampling();
        System.out.printf(
                Locale.ROOT,
                ROW,
                check.passes() ? "ok" : MISS,
                check.name(),
                number(check.expected()),
                number(check.got()),
                String.format(Locale.ROOT, "%.2g", check.tolerance()),
                sampling == null
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "standard error %.2g, %s%s",
                                sampling.standardError(),
                                sampling.seeds(),
                                check.isTooNoisy()
                                        ? "; too noisy: 4 standard errors are more than the tolerance"
                                        : ""));
    }

    private static String number(double value) {
        return Math.abs(value) >= 1e5
                ? String.format(Locale.ROOT, "%.0f", value)
                : value == 0 || Math.abs(value) >= 1e-3
                        ? String.format(Locale.ROOT, "%.6f", value)
                        : String.format(Locale.ROOT, "%.2e", value);
    }

    /** What studies are made of. */
    private static final class Studies implements Laboratory {
        @Override
        public StudyConfig configuration(List<String> settings) {
            return ConfigLoader.of(settings);
        }

        @Override
        public Map<String, ReplicaFactory> linear(int features) {
            Model model = load(new StudyConfig.ModelConfig.Catalog("linear", List.of(), "identity"), features);
            Map<String, ReplicaFactory> kinds = new LinkedHashMap<>();
            for (ReplicaKind kind : available()) {
                kinds.put(kind.label(), Replicas.of(model, kind, false));
            }
            return kinds;
        }

        @Override
        public ReplicaFactory mlp(int features, List<Integer> hidden) {
            return Replicas.of(
                    load(new StudyConfig.ModelConfig.Catalog("mlp", hidden, "tanh"), features),
                    available().get(0),
                    false);
        }

        /** The fast one first, where its native library loads. */
        private static List<ReplicaKind> available() {
            return FusedBackend.problem() == null
                    ? List.of(ReplicaKind.FUSED, ReplicaKind.DL4J)
                    : List.of(ReplicaKind.DL4J);
        }

        private static Model load(StudyConfig.ModelConfig config, int features) {
            return Models.load(config, List.of(features), Task.REGRESSION, 1);
        }
    }
}
