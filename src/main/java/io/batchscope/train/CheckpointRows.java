package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The rows of a checkpoint as bytes; {@link CheckpointCodec} shows the format. */
final class CheckpointRows {
    private CheckpointRows() {}

    static void write(Checkpoint checkpoint, CheckpointOutput out) throws IOException {
        out.putInt(checkpoint.stepRows().size());
        for (StepRecord row : checkpoint.stepRows()) {
            writeStep(row, out);
        }
        out.putInt(checkpoint.evalRows().size());
        for (EvalRecord row : checkpoint.evalRows()) {
            writeEvaluation(row, out);
        }
    }

    private static void writeStep(StepRecord row, CheckpointOutput out) throws IOException {
        out.putLong(row.step());
        out.putDouble(row.epoch());
        out.putLong(row.examples());
        out.putOptional(row.updateExamples());
        out.putDouble(row.learningRate());
        out.putOptional(row.gain());
        out.putDouble(row.loss());
        out.putOptional(row.gradientNorm());
        out.putOptional(row.gradientNormSqSmall());
        out.putOptional(row.gradientNormSqBig());
        out.putOptional(row.noiseScale());
        out.putOptional(row.bytesSent());
        out.putOptional(row.sparsity());
        out.putOptional(row.threshold());
        out.putOptional(row.replicaDivergence());
        out.putDouble(row.computeSeconds());
        out.putDouble(row.syncSeconds());
        out.putDouble(row.dataSeconds());
        out.putOptional(row.stepSeconds());
        out.putOptional(row.measures().gradientPartExamples());
        out.putOptional(row.measures().gradientNoise());
        out.putOptional(row.measures().gradientSignal());
        out.putOptional(row.measures().gradientCosine());
        out.putOptional(row.measures().adascaleGain());
        out.putOptional(row.measures().updateNorm());
        out.putOptional(row.measures().weightDistance());
    }

    private static void writeEvaluation(EvalRecord row, CheckpointOutput out) throws IOException {
        out.putLong(row.step());
        out.putDouble(row.epoch());
        out.putLong(row.examples());
        out.putDouble(row.elapsedSeconds());
        out.putText(row.split());
        out.putDouble(row.loss());
        out.putOptional(row.accuracy());
    }

    static List<StepRecord> readSteps(CheckpointInput in, RunPlan plan) throws IOException {
        List<StepRecord> rows = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            rows.add(new StepRecord(
                    plan.study(),
                    plan.runId(),
                    plan.batchSize(),
                    plan.seed(),
                    in.getLong(),
                    in.getDouble(),
                    in.getLong(),
                    in.getOptionalLong(),
                    in.getDouble(),
                    in.getOptional(),
                    in.getDouble(),
                    in.getOptional(),
                    in.getOptional(),
                    in.getOptional(),
                    in.getOptional(),
                    in.getOptionalLong(),
                    in.getOptional(),
                    in.getOptional(),
                    in.getOptional(),
                    in.getDouble(),
                    in.getDouble(),
                    in.getDouble(),
                    in.getOptional(),
                    new StepMeasures(
                            in.getOptional(),
                            in.getOptional(),
                            in.getOptional(),
                            in.getOptional(),
                            in.getOptional(),
                            in.getOptional(),
                            in.getOptional())));
        }
        return rows;
    }

    static List<EvalRecord> readEvaluations(CheckpointInput in, RunPlan plan) throws IOException {
        List<EvalRecord> rows = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            rows.add(new EvalRecord(
                    plan.study(),
                    plan.runId(),
                    plan.batchSize(),
                    plan.seed(),
                    in.getLong(),
                    in.getDouble(),
                    in.getLong(),
                    in.getDouble(),
                    in.getText(),
                    in.getDouble(),
                    in.getOptional()));
        }
        return rows;
    }
}
