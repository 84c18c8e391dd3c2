package io.batchscope.cli;

import io.batchscope.config.ConfigException;
import io.batchscope.data.DataException;
import io.batchscope.nn.ModelException;
import io.batchscope.plan.ClusterException;
import io.batchscope.plan.PlanException;
import io.batchscope.result.ResultStoreException;
import java.util.List;
import picocli.CommandLine;

/** Turns what went wrong into lines on standard error and an exit code. */
final class Errors {
    private Errors() {}

    /** What picocli could not make sense of. */
    static int usage(CommandLine.ParameterException thrown, String[] arguments) {
        String message = String.valueOf(thrown.getMessage());
        String command = thrown.getCommandLine().getCommandSpec().qualifiedName();
        print(List.of(
                message.contains("; ")
                        ? message
                        : "command line (" + command + "): " + message + "; try '" + command + " --help'"));
        return ExitCode.USAGE;
    }

    static int report(Throwable thrown, boolean debug) {
        int code = code(thrown);
        print(messages(thrown, code));
        if (debug) {
            thrown.printStackTrace();
        }
        return code;
    }

    private static List<String> messages(Throwable thrown, int code) {
        if (thrown instanceof ConfigException config) {
            return config.problems();
        }
        if (thrown instanceof PlanException plan) {
            return plan.problems();
        }
        return List.of(
                code == ExitCode.UNEXPECTED
                        ? "unexpected failure (" + thrown.getClass().getSimpleName() + "): " + thrown.getMessage()
                                + "; run again with --debug for the stack trace"
                        : String.valueOf(thrown.getMessage()));
    }

    static int code(Throwable thrown) {
        if (thrown instanceof ConfigException
                || thrown instanceof PlanException
                || thrown instanceof ModelException
                || thrown instanceof ResultStoreException) {
            return ExitCode.USAGE;
        }
        if (thrown instanceof DataException) {
            return ExitCode.DATA;
        }
        return thrown instanceof ClusterException ? ExitCode.CLUSTER : ExitCode.UNEXPECTED;
    }

    private static void print(List<String> messages) {
        messages.forEach(message -> System.err.println("error: " + message));
    }
}
