package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.batchscope.plan.StudyConfig.GpuConfig;
import io.batchscope.units.Span;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** When the CUDA replica trains, what its runs are called, and what is refused. */
class CudaChoiceTest {
    private static final CudaFacts TWO_GPUS = new CudaFacts(null, null, null, 2);
    private static final String LSTM = "layer 'x' (LSTM): not a kind that the fused replica knows";
    private static final String MISSING = "executor 1 on b: CUDA 13 cannot be loaded here: libcudart.so.13";

    private static ReplicaFacts facts(CudaFacts cuda) {
        return new ReplicaFacts(new FusedFacts(cuda.notCompiled(), null), cuda);
    }

    private static String chosen(CudaFacts cuda) {
        return ordinary().plan(facts(cuda)).replica().describe();
    }

    @Test
    void isChosenWhereWorkersGetGpusAndItCanBeHad() {
        StudyPlan plan = ordinary().plan(facts(TWO_GPUS));

        assertThat(plan.replica().describe())
                .isEqualTo("cuda (cuBLAS, cuDNN): workers get GPUs and the model compiles");
        assertThat(plan.runs()).extracting(RunPlan::replica).containsOnly(ReplicaKind.CUDA);
    }

    @Test
    void saysWhyItIsNotWhereWorkersCouldGetGpus() {
        assertThat(chosen(new CudaFacts(null, null, MISSING, 0)))
                .isEqualTo("fused (oneDNN): the model compiles; not cuda, though workers could get GPUs: " + MISSING);
        assertThat(chosen(new CudaFacts(LSTM, null, null, 0))).isEqualTo("dl4j: " + LSTM);
        assertThat(chosen(CudaFacts.NO_GPUS)).isEqualTo("fused (oneDNN): the model compiles");
    }

    @Test
    void isRefusedWhereThereAreNoGpus() {
        assertThatThrownBy(() -> ordinary().replica(ReplicaKind.CUDA).plan(facts(CudaFacts.NO_GPUS)))
                .isInstanceOf(ClusterException.class)
                .hasMessage("replica cuda (study.replica): needs a GPU for every worker, but Spark gives its executors"
                        + " none (spark.executor.resource.gpu.amount is not set); ask for them (submit/*.sh --gpus N), or"
                        + " let the planner choose (--set replica=auto)");
    }

    @Test
    void isRefusedWhereAnExecutorLacksCuda() {
        assertThatThrownBy(
                        () -> ordinary().replica(ReplicaKind.CUDA).plan(facts(new CudaFacts(null, null, MISSING, 0))))
                .isInstanceOf(ClusterException.class)
                .hasMessage("replica cuda (study.replica): needs CUDA on every executor, but " + MISSING
                        + "; install NVIDIA's driver, CUDA 13 and cuDNN 9 there (libraries elsewhere: --conf"
                        + " spark.executorEnv.LD_LIBRARY_PATH=…), or let the planner choose (--set replica=auto)");
    }

    @Test
    void isRefusedForAModelThatDoesNotCompileAndWhereDeeplearning4jTrains() {
        Studies asked = ordinary().replica(ReplicaKind.CUDA);
        assertThat(catchThrowableOfType(
                                PlanException.class, () -> asked.plan(facts(new CudaFacts(LSTM, null, null, 0))))
                        .problems())
                .containsExactly(
                        "replica cuda (study.replica): must be able to train the model, but it does not compile: "
                                + LSTM + "; let the planner choose (--set replica=auto), or change the model");
        SyncModeConfig theirs = new SyncModeConfig.Dl4jParameterAveraging(Span.parse("8 steps"));
        assertThat(catchThrowableOfType(
                                PlanException.class, () -> asked.modes(theirs).plan(facts(TWO_GPUS)))
                        .problems())
                .containsExactly("replica cuda (study.replica): must have a run to train, but the modes of the study"
                        + " (study.sync) are Deeplearning4j's own, which train with dl4j; remove it, or add a mode");
    }

    @Test
    void refusesMoreWorkersThanGpusHoweverManySlotsThereAre() {
        assertThatThrownBy(() -> ordinary().sync(OptionalInt.of(3), 256, 60).plan(facts(TWO_GPUS)))
                .isInstanceOf(ClusterException.class)
                .hasMessage(
                        "3 workers (study.sync.workers): with replica cuda must not exceed the workers that can have a"
                                + " GPU, but there are 2; ask for fewer (--set sync.workers=2 or auto), give Spark more GPUs"
                                + " (submit/*.sh --gpus N, --executors N), let several share one (--set"
                                + " gpu.ranks-per-device=N), or train on processors (--set replica=fused)");
        assertThat(ordinary()
                        .batches(6000)
                        .sync(OptionalInt.empty(), 256, 60)
                        .plan(facts(TWO_GPUS))
                        .runs()
                        .get(0)
                        .workers())
                .isEqualTo(2);
    }

    /** Their results are equal only up to rounding, and TF32 rounds more. */
    @Test
    void itsRunsAreNamedByReplicaAndPrecision() {
        RunPlan single = ordinary().plan(facts(TWO_GPUS)).runs().get(0);
        RunPlan rounded = ordinary()
                .gpu(new GpuConfig(true, 1))
                .plan(facts(TWO_GPUS))
                .runs()
                .get(0);
        RunPlan shared = ordinary()
                .gpu(new GpuConfig(false, 2))
                .plan(facts(TWO_GPUS))
                .runs()
                .get(0);

        assertThat(List.of(single.tf32(), rounded.tf32())).containsExactly(false, true);
        assertThat(List.of(single.runId(), rounded.runId(), ordinary().run().runId()))
                .doesNotHaveDuplicates();
        assertThat(List.of(single.trainingId(), rounded.trainingId())).doesNotHaveDuplicates();
        assertThat(shared.runId()).isEqualTo(single.runId());
    }

    @Test
    void tensorFloat32ChangesNoOtherReplica() {
        StudyPlan plan = ordinary().gpu(new GpuConfig(true, 1)).plan();

        assertThat(plan.runs()).isEqualTo(ordinary().plan().runs());
        assertThat(plan.notices())
                .containsExactly("gpu.tf32 (study.gpu.tf32) changes nothing: it is of replica cuda, and fused trains");
    }
}
