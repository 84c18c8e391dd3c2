package io.batchscope.benchmark;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;

/** One contender of {@link Steps} in a JVM of its own; see {@link StepServer} for the language. */
public final class StepWorker {
    private StepWorker() {}

    /** Answers until its standard input ends; takes the contender's name. */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers = StepServer.takeOutput();
        Contender contender = Contender.of(arguments[0]);
        Optional<String> absence = contender.absence();
        if (absence.isPresent()) {
            answers.println("error " + absence.get());
            return;
        }
        StepServer.serve(answers, (model, batch) -> contender.step(Workload.of(model), batch));
    }
}
