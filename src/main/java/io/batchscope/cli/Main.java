package io.batchscope.cli;

import io.batchscope.spark.SparkSessions;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line. Exit codes are {@link ExitCode}'s. */
@Command(
        name = "batchscope",
        description = "How large a batch can this training use, at which learning rate, and what does it cost?",
        mixinStandardHelpOptions = true,
        versionProvider = BuildInfo.class,
        scope = CommandLine.ScopeType.INHERIT,
        subcommands = {
            PlanCommand.class,
            TrainCommand.class,
            StudyCommand.class,
            ReportCommand.class,
            FitCommand.class,
            VerifyCommand.class,
            DoctorCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--debug", description = "Show the stack trace of an error.", scope = CommandLine.ScopeType.INHERIT)
    private boolean debug;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "no command (command line): one is needed; try 'batchscope --help'");
    }

    /** Whether errors are shown with their stack trace. */
    boolean debug() {
        return debug;
    }

    /** Runs one command line and returns its exit code; does not end the JVM. */
    public static int run(String... arguments) {
        Main main = new Main();
        CommandLine commands = new CommandLine(main);
        Supplier<SparkSession> spark = () -> SparkSessions.open(SparkSessions.DEFAULT_TIMEOUT_SECONDS);
        commands.addSubcommand(new CommandLine(new DataCommand(spark)));
        commands.addSubcommand(new CommandLine(new SimulateCommand(spark)));
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setUsageHelpWidth(110);
        commands.setParameterExceptionHandler(Errors::usage);
        commands.setExecutionExceptionHandler((thrown, command, parsed) -> Errors.report(thrown, main.debug()));
        try {
            return commands.execute(arguments);
        } catch (Error e) {
            // Too little memory, or a native library that does not load: picocli passes these on.
            return Errors.report(e, main.debug());
        }
    }

    /**
     * Runs one command line and leaves. In YARN's cluster mode the driver must return to succeed and throw to fail:
     * {@code System.exit(0)} would count as a failure there.
     */
    public static void main(String[] arguments) {
        int code = run(arguments);
        boolean yarnCluster = "yarn".equals(System.getProperty("spark.master"))
                && "cluster".equals(System.getProperty("spark.submit.deployMode"));
        if (!yarnCluster) {
            System.exit(code);
        }
        if (code != ExitCode.DONE) {
            throw new IllegalStateException("batchscope ended with exit code " + code);
        }
    }
}
