package io.batchscope.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class IdxFileTest {
    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    /** Two images of 1 × 2. */
    private static final byte[] IMAGES = bytes(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 255);

    private static IdxFile open(byte[] bytes, String name) {
        return IdxFile.open(new ByteArrayInputStream(bytes), name);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static void readsBothImages(byte[] file) {
        try (IdxFile images = open(file, "images")) {
            assertThat(images.items()).isEqualTo(2);
            assertThat(images.shape()).containsExactly(1, 2);
            assertThat(images.itemSize()).isEqualTo(2);
            byte[] item = new byte[2];
            assertThat(images.next(item)).isTrue();
            assertThat(item).containsExactly(1, 2);
            assertThat(images.next(item)).isTrue();
            assertThat(item).containsExactly(3, -1);
            assertThat(images.next(item)).isFalse();
        }
    }

    @Test
    void readsPlainAndCompressedFiles() throws IOException {
        readsBothImages(IMAGES);
        readsBothImages(gzip(IMAGES));
    }

    @Test
    void refusesAWrongMagicNumber() {
        assertThatThrownBy(() -> open(bytes(0, 0, 13, 1, 0, 0, 0, 0), "floats.idx"))
                .isInstanceOf(DataException.class)
                .hasMessage("IDX header (floats.idx): the magic number must be 0x000008 and the number of dimensions"
                        + " (unsigned bytes), but is 0x00000d01; check the file or the format");
    }

    @Test
    void refusesAFileThatEndsTooEarly() throws IOException {
        try (IdxFile cut = open(Arrays.copyOf(IMAGES, 19), "cut.idx")) {
            byte[] item = new byte[2];
            assertThat(cut.next(item)).isTrue();
            assertThatThrownBy(() -> cut.next(item))
                    .isInstanceOf(DataException.class)
                    .hasMessage("IDX file (cut.idx): the header says 2 items of 2 bytes, but it ends or breaks after 1;"
                            + " fetch it again");
        }
        byte[] compressed = gzip(new byte[0]);
        assertThatThrownBy(() -> open(compressed, "empty.gz"))
                .hasMessage("IDX file (empty.gz): it ends within its header; fetch it again");
        assertThatThrownBy(() -> open(new byte[5], "short.idx"))
                .hasMessageStartingWith("IDX header (short.idx): the magic number must be");
    }

    @Test
    void refusesAFileThatGoesOn() {
        try (IdxFile longer = open(Arrays.copyOf(IMAGES, 21), "longer.idx")) {
            byte[] item = new byte[2];
            longer.next(item);
            longer.next(item);
            assertThatThrownBy(() -> longer.next(item))
                    .hasMessage("IDX file (longer.idx): the header says 2 items of 2 bytes, but more follow;"
                            + " fetch it again");
        }
    }

    @Test
    void refusesItemsWithoutSize() {
        assertThatThrownBy(() -> open(bytes(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 0), "flat.idx"))
                .hasMessage("IDX header (flat.idx): an item must have 1 … 2147483646 bytes, but has the dimensions"
                        + " [0]; take a sound file");
        assertThatThrownBy(() -> open(bytes(0, 0, 8, 1, 255, 0, 0, 2), "negative.idx"))
                .hasMessage("IDX header (negative.idx): dimensions must be below 2147483648, but one is 4278190082;"
                        + " take a sound file");
    }

    @Test
    void refusesLabelsThatDoNotFitTheImages() {
        IdxFile images = open(IMAGES, "images.idx");
        IdxFile three = open(bytes(0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3), "labels.idx");
        assertThatThrownBy(() -> IdxFile.checkPair(images, three))
                .isInstanceOf(DataException.class)
                .hasMessage("IDX files (images.idx, labels.idx): there must be as many labels as images, but there are"
                        + " 3 labels and 2 images; take files that belong together");
        assertThatThrownBy(() -> IdxFile.checkPair(images, images))
                .hasMessage("IDX labels (images.idx): a label must be one byte, but has the dimensions [1, 2];"
                        + " name the file of labels as …labels-idx1-ubyte");
    }
}
