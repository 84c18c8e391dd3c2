package io.batchscope.spark.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.RunPlan;
import io.batchscope.schedule.LearningRateSchedule;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;

class RateScheduleTest {
    private static final RunPlan PLAN = Dl4jPlans.plans(32, 20)
            .withSchedule(new LearningRateSchedule.LinearWarmup(0, 0.3, 7))
            .plan();

    @Test
    void hasTheRunsRates() {
        RateSchedule rates = RateSchedule.of(PLAN);
        for (int update = 0; update < 20; update++) {
            assertThat(rates.valueAt(update, 5)).isEqualTo(PLAN.schedule().rateAt(update));
        }
    }

    @Test
    void survivesJavasSerialization() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(RateSchedule.of(PLAN));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            RateSchedule read = (RateSchedule) in.readObject();
            assertThat(read).isEqualTo(RateSchedule.of(PLAN)).hasSameHashCodeAs(RateSchedule.of(PLAN));
            assertThat(read.valueAt(3, 0)).isEqualTo(PLAN.schedule().rateAt(3));
        }
    }

    @Test
    void survivesTheJsonOfAConfiguration() {
        Model network = Dl4jPlans.model().trainable(1, PLAN.optimizer(), RateSchedule.of(PLAN));
        String json = ((MultiLayerNetwork) network).getLayerWiseConfigurations().toJson();
        MultiLayerNetwork again = new MultiLayerNetwork(MultiLayerConfiguration.fromJson(json));
        again.init();
        again.setIterationCount(3);
        assertThat(again.getLearningRate(0)).isEqualTo(PLAN.schedule().rateAt(3));
    }
}
