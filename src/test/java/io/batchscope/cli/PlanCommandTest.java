package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.config.ConfigLoader;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.study.StepTime;
import io.batchscope.testing.LocalSpark;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    Path directory;

    private StudySetup setup(String replica) {
        List<String> sets = List.of("data.path=\"" + directory.resolve("data") + "\"", "replica=" + replica);
        return StudySetup.of(spark.session(), ConfigLoader.load(Path.of("conf", "smoke.conf"), sets));
    }

    @Test
    void saysWhichReplicaTheRunsGetAndWhy() throws Exception {
        StudySetup setup = setup("dl4j");
        StepTime time =
                StepTime.calibrate(setup.replicas(), setup.model().facts().inputs(), 16);

        assertThat(PlanCommand.text(setup, time)).contains("\nreplica    dl4j: study.replica asks for it\n");
        JsonNode document = new ObjectMapper().readTree(PlanCommand.json(setup, time));
        assertThat(document.get("replica").asText()).isEqualTo("dl4j");
        assertThat(document.get("replica_reason").asText()).isEqualTo("study.replica asks for it");
    }

    @Test
    void decidesByWhatTheModelAndTheExecutorsSay() {
        StudySetup setup = setup("auto");

        boolean fused = setup.plan().replica().kind() == ReplicaKind.FUSED;
        assertThat(fused).isEqualTo(setup.replicas() != setup.model().replicas());
        assertThat(setup.plan().runs()).allSatisfy(run -> assertThat(run.replica())
                .isEqualTo(setup.plan().replica().kind()));
    }
}
