package io.batchscope.spark.dl4j;

import io.batchscope.plan.RunPlan;
import io.batchscope.schedule.LearningRateSchedule;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonIgnoreProperties;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A run's learning rates as Deeplearning4j asks for them, by iteration, which is the run's update. Deeplearning4j sends
 * configurations about as JSON and as Java objects, so the schedule is kept as one text.
 */
@JsonIgnoreProperties("rates")
public final class RateSchedule implements ISchedule {
    private static final long serialVersionUID = 1L;

    private final String schedule;
    private transient @Nullable LearningRateSchedule rates;

    /** @param schedule a serialized {@link LearningRateSchedule}, in Base64 */
    public RateSchedule(@JsonProperty("schedule") String schedule) {
        this.schedule = schedule;
    }

    /** The rates of a run. */
    static RateSchedule of(RunPlan plan) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(plan.schedule());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RateSchedule(Base64.getEncoder().encodeToString(bytes.toByteArray()));
    }

    /** The text, for JSON. */
    public String getSchedule() {
        return schedule;
    }

    /** The rate of update {@code iteration}, from 0; epochs are in it already. */
    @Override
    public double valueAt(int iteration, int epoch) {
        LearningRateSchedule known = rates;
        if (known == null) {
            known = read();
            rates = known;
        }
        return known.rateAt(iteration);
    }

    private LearningRateSchedule read() {
        byte[] bytes = Base64.getDecoder().decode(schedule);
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return (LearningRateSchedule) in.readObject();
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException("a learning-rate schedule cannot be read back", e);
        }
    }

    // Its one field does not change.
    @Override
    @SuppressWarnings("MethodDoesntCallSuperMethod")
    public RateSchedule clone() {
        return new RateSchedule(schedule);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RateSchedule that && that.schedule.equals(schedule);
    }

    @Override
    public int hashCode() {
        return schedule.hashCode();
    }
}
