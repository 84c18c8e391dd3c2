package io.batchscope.benchmark;

import io.batchscope.train.ReplicaFactory;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;

/** Batchscope's side of {@link GpuSteps} in a JVM of its own; see {@link StepServer} for the language. */
public final class GpuStepWorker {
    private GpuStepWorker() {}

    /** Answers until its standard input ends; takes the contender, the machinery and the address of the GPU. */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers = StepServer.takeOutput();
        GpuContender contender = GpuContender.of(arguments[0]);
        Machinery machinery = Machinery.of(arguments[1]);
        Optional<String> absence = machinery.absence();
        if (absence.isPresent()) {
            answers.println("error " + absence.get());
            return;
        }
        StepServer.serve(answers, (model, batch) -> {
            ProgramNetwork network = ProgramNetwork.of(model);
            ReplicaFactory replicas = machinery.replicas(network.program(), contender.tensorFloat32(), arguments[2]);
            return contender.resident()
                    ? ReplicaStep.onKept(replicas, RandomExamples.examples(network, batch), batch)
                    : new ReplicaStep(replicas, RandomExamples.batches(network, batch));
        });
    }
}
