package io.batchscope.spark;

import io.batchscope.data.DataException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/**
 * A file of images and the file of their labels.
 *
 * @param prefix what their names begin with, such as {@code train-}
 */
record IdxPair(String prefix, SourceFile images, SourceFile labels) implements Serializable {
    private static final Pattern NAME =
            Pattern.compile("(.*?)(images[-.]idx[0-9]+|labels[-.]idx1)-ubyte(?:\\.gz)?", Pattern.CASE_INSENSITIVE);

    /** Whether the name says that these are test examples. */
    boolean isTest() {
        return prefix.startsWith("t10k") || prefix.startsWith("test");
    }

    /**
     * Finds the pairs among files: {@code …images-idx3-ubyte[.gz]} with {@code …labels-idx1-ubyte[.gz]} in the same
     * directory. Where a file is there plain and compressed, the first one counts.
     *
     * @throws DataException if there is none, or a file lacks its partner
     */
    static List<IdxPair> among(List<SourceFile> files) {
        Map<String, SourceFile> images = new LinkedHashMap<>();
        Map<String, SourceFile> labels = new LinkedHashMap<>();
        for (SourceFile file : files) {
            Matcher matcher = NAME.matcher(file.name());
            if (matcher.matches()) {
                String key = new Path(file.path()).getParent() + "/" + matcher.group(1);
                boolean image = matcher.group(2).regionMatches(true, 0, "images", 0, 6);
                (image ? images : labels).putIfAbsent(key, file);
            }
        }
        List<IdxPair> pairs = new ArrayList<>();
        images.forEach((key, file) -> {
            SourceFile partner = labels.remove(key);
            if (partner == null) {
                throw lacksPartner(file, "labels-idx1-ubyte");
            }
            pairs.add(new IdxPair(key.substring(key.lastIndexOf('/') + 1), file, partner));
        });
        for (SourceFile file : labels.values()) {
            throw lacksPartner(file, "images-idx3-ubyte");
        }
        if (pairs.isEmpty()) {
            throw new DataException("IDX input (" + files.get(0).path() + (files.size() > 1 ? ", …" : "")
                    + "): there must be files named …images-idx3-ubyte[.gz] and …labels-idx1-ubyte[.gz], but there are"
                    + " none; check the directory or the format");
        }
        return pairs;
    }

    private static DataException lacksPartner(SourceFile file, String partner) {
        return new DataException("IDX file (" + file.path() + "): beside it must be the file of the same name with "
                + partner + ", but it is missing; fetch both");
    }
}
