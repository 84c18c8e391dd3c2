package io.batchscope.benchmark;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** What the programs of the GPU bundle have in common: exit codes and checks of arguments. */
final class GpuCommands {
    private static final int USAGE = 2;
    private static final int CANNOT_RUN_HERE = 4;

    private GpuCommands() {}

    /** Ends with 2 for arguments that cannot be, and with 4 if what is to be measured cannot run here. */
    static int execute(Callable<Integer> program, String... arguments) {
        CommandLine command = new CommandLine(program);
        command.setExecutionExceptionHandler((exception, line, result) -> {
            if (exception instanceof IllegalArgumentException) {
                System.err.println("error: " + exception.getMessage());
                return USAGE;
            }
            if (exception instanceof AbsenceException) {
                System.err.println("error: " + exception.getMessage());
                return CANNOT_RUN_HERE;
            }
            throw exception;
        });
        return command.execute(arguments);
    }

    /** @param rule such as {@code must be at least 1} */
    static void require(boolean holds, String option, Object value, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(option + " " + value + ": " + rule + "; give another number");
        }
    }

    static void requireBatches(List<Integer> batches) {
        for (int batch : batches) {
            require(batch >= 1, "--batches", batch, "must be at least 1");
        }
    }

    /** @throws AbsenceException if the machinery cannot run here */
    static Machinery present(String replica) {
        Machinery machinery = Machinery.of(replica);
        machinery.absence().ifPresent(why -> {
            throw new AbsenceException(why + "; './run check' tells what is there");
        });
        return machinery;
    }
}
