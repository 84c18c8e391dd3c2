package io.batchscope.testing;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;

/** Records with other values of some components; by name, so that a component added later needs no change here. */
public final class ChangedRecord {
    private ChangedRecord() {}

    /**
     * The record with these values.
     *
     * @param values by name of the component
     */
    @SuppressWarnings("unchecked")
    public static <R extends Record> R of(R record, Map<String, Object> values) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        if (!Arrays.stream(components).map(RecordComponent::getName).toList().containsAll(values.keySet())) {
            throw new IllegalArgumentException(
                    record.getClass().getSimpleName() + " has not all of " + values.keySet());
        }
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Object[] arguments = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                String name = components[i].getName();
                arguments[i] = values.containsKey(name)
                        ? values.get(name)
                        : components[i].getAccessor().invoke(record);
            }
            return (R) record.getClass().getDeclaredConstructor(types).newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
