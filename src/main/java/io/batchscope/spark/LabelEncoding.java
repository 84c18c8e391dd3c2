package io.batchscope.spark;

import io.batchscope.data.DataException;
import io.batchscope.plan.Task;
import io.batchscope.spark.Inspection.LabelUse;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * From the text of a label to the number that is stored: the target itself, a class number as it is, or the place of a
 * class name among the sorted names.
 *
 * @param classes class names in label order; empty for regression
 * @param numbers the class of each name
 */
record LabelEncoding(Task task, List<String> classes, Map<String, Integer> numbers) implements Serializable {
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern WHOLE_DECIMAL = Pattern.compile("(-?[0-9]{1,18})\\.0*");

    /** One way to write a label: whole numbers without decimals, so that 3 and 3.0 are the same class. */
    static String canonical(String text) {
        var matcher = WHOLE_DECIMAL.matcher(text);
        String whole = matcher.matches() ? matcher.group(1) : text;
        return INTEGER.matcher(whole).matches() ? Long.toString(Long.parseLong(whole)) : text;
    }

    /** Targets as they are. */
    static LabelEncoding regression() {
        return new LabelEncoding(Task.REGRESSION, List.of(), Map.of());
    }

    /**
     * The classes that the training data show.
     *
     * @param declared how many classes the person says there are
     * @throws DataException if the labels do not number the classes 0 … C − 1 and are no names either
     */
    static LabelEncoding classification(Map<String, LabelUse> labels, OptionalInt declared) {
        boolean numbered = labels.keySet().stream()
                .allMatch(label -> INTEGER.matcher(label).matches());
        List<String> classes = numbered ? numbered(labels, declared) : named(labels, declared);
        if (classes.size() < 2) {
            Map.Entry<String, LabelUse> only = labels.entrySet().iterator().next();
            throw new DataException(
                    "label " + only.getKey() + " (" + only.getValue().firstPlace()
                            + "): a classification needs at least 2 classes, but every example has this label;"
                            + " check the label column, or say --classes");
        }
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < classes.size(); i++) {
            numbers.put(classes.get(i), i);
        }
        return new LabelEncoding(Task.CLASSIFICATION, classes, Map.copyOf(numbers));
    }

    private static List<String> numbered(Map<String, LabelUse> labels, OptionalInt declared) {
        long largest = 0;
        String largestPlace = "";
        for (Map.Entry<String, LabelUse> entry : labels.entrySet()) {
            long label = Long.parseLong(entry.getKey());
            String what = "label " + label + " (" + entry.getValue().firstPlace() + "): ";
            if (label < 0) {
                throw new DataException(what + "classes are numbered from 0, but this is negative;"
                        + " number them 0 … C−1, or use names");
            }
            if (declared.isPresent() && label >= declared.getAsInt()) {
                throw new DataException(what + "with " + declared.getAsInt() + " classes it must be in 0 … "
                        + (declared.getAsInt() - 1) + "; correct the label or say --classes " + (label + 1));
            }
            if (label >= largest) {
                largest = label;
                largestPlace = entry.getValue().firstPlace();
            }
        }
        // Classes that somebody declared need not all occur.
        long count = declared.isPresent() ? declared.getAsInt() : largest + 1;
        if (declared.isEmpty() && count != labels.size()) {
            long missing = 0;
            while (labels.containsKey(Long.toString(missing))) {
                missing++;
            }
            throw new DataException("label " + largest + " (" + largestPlace + "): classes must be numbered 0 … C−1,"
                    + " but no training example has label " + missing + "; renumber them, or say --classes " + count);
        }
        List<String> classes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            classes.add(Integer.toString(i));
        }
        return classes;
    }

    private static List<String> named(Map<String, LabelUse> labels, OptionalInt declared) {
        List<String> names = labels.keySet().stream().sorted().toList();
        if (declared.isPresent() && names.size() > declared.getAsInt()) {
            String extra = names.get(declared.getAsInt());
            throw new DataException("label '" + extra + "' (" + place(labels, extra) + "): with "
                    + declared.getAsInt() + " classes there must be at most as many names, but there are "
                    + names.size() + "; correct the labels or say --classes " + names.size());
        }
        return names;
    }

    private static String place(Map<String, LabelUse> labels, String label) {
        LabelUse use = labels.get(label);
        return use == null ? "nowhere" : use.firstPlace();
    }

    /**
     * Checks that the labels of the test data are classes of the training data.
     *
     * @throws DataException naming the first that is not
     */
    void requireKnown(Map<String, LabelUse> testLabels) {
        testLabels.forEach((label, use) -> {
            if (!numbers.containsKey(label)) {
                throw new DataException(
                        "label " + label + " (" + use.firstPlace() + "): a test label must be one of the "
                                + classes.size() + " classes of the training data, " + classes.get(0) + " … "
                                + classes.get(classes.size() - 1) + "; correct it or leave the row out");
            }
        });
    }

    /** The number of a label that an inspection has seen. */
    double encode(String text) {
        if (task == Task.REGRESSION) {
            return Double.parseDouble(text);
        }
        Integer number = numbers.get(canonical(text));
        if (number == null) {
            throw new IllegalStateException("label '" + text + "' appeared after the inspection");
        }
        return number;
    }
}
