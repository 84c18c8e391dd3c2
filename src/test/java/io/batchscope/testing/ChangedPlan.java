package io.batchscope.testing;

import io.batchscope.plan.RunPlan;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;

/** Plans with other values of some components; by name, so that a component added later needs no change here. */
final class ChangedPlan {
    private ChangedPlan() {}

    /**
     * The plan with these values.
     *
     * @param values by name of the component
     */
    static RunPlan of(RunPlan plan, Map<String, Object> values) {
        RecordComponent[] components = RunPlan.class.getRecordComponents();
        if (!Arrays.stream(components).map(RecordComponent::getName).toList().containsAll(values.keySet())) {
            throw new IllegalArgumentException("RunPlan has not all of " + values.keySet());
        }
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Object[] arguments = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                String name = components[i].getName();
                arguments[i] = values.containsKey(name)
                        ? values.get(name)
                        : components[i].getAccessor().invoke(plan);
            }
            return RunPlan.class.getDeclaredConstructor(types).newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
