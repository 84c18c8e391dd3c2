package io.batchscope.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads a file in the IDX format of the MNIST data sets (LeCun, Cortes and Burges 1998) item by item: unsigned bytes of any number of dimensions,
 * plain or compressed with gzip. The first dimension counts the items.
 *
 * <p>Every problem with the content is a {@link DataException} that names the file and the numbers.
 */
public final class IdxFile implements AutoCloseable {
    private static final int UNSIGNED_BYTE = 0x08;
    private static final int BUFFER_BYTES = 1 << 16;

    private final DataInputStream in;
    private final String name;
    private final List<Integer> shape;
    private final long items;
    private final int itemSize;
    private long read;

    private IdxFile(DataInputStream in, String name) throws IOException {
        this.in = in;
        this.name = name;
        int[] dimensions = readHeader();
        this.items = dimensions[0];
        List<Integer> itemShape = new ArrayList<>();
        long size = 1;
        for (int i = 1; i < dimensions.length; i++) {
            itemShape.add(dimensions[i]);
            size = Math.min(Integer.MAX_VALUE, size * dimensions[i]);
        }
        if (size < 1 || size == Integer.MAX_VALUE) {
            throw new DataException(
                    "IDX header (" + name + "): an item must have 1 … 2147483646 bytes, but has the dimensions "
                            + itemShape + "; take a sound file");
        }
        this.shape = List.copyOf(itemShape);
        this.itemSize = (int) size;
    }

    /**
     * Reads the header.
     *
     * @param stream closed by {@link #close}, or here if the header is not sound
     * @param name what messages call the file
     * @throws DataException if it is not an IDX file of unsigned bytes
     */
    public static IdxFile open(InputStream stream, String name) {
        try {
            return new IdxFile(new DataInputStream(decompressed(stream)), name);
        } catch (EOFException | ZipException e) {
            closeQuietly(stream, e);
            throw new DataException("IDX file (" + name + "): it ends within its header; fetch it again", e);
        } catch (IOException e) {
            closeQuietly(stream, e);
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            closeQuietly(stream, e);
            throw e;
        }
    }

    private static void closeQuietly(InputStream stream, Exception cause) {
        try {
            stream.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static InputStream decompressed(InputStream stream) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(stream, BUFFER_BYTES);
        buffered.mark(2);
        boolean gzip = buffered.read() == 0x1f && buffered.read() == 0x8b;
        buffered.reset();
        return gzip ? new BufferedInputStream(new GZIPInputStream(buffered, BUFFER_BYTES), BUFFER_BYTES) : buffered;
    }

    private int[] readHeader() throws IOException {
        int magic = in.readInt();
        int type = magic >>> 8;
        int count = magic & 0xff;
        if (type != UNSIGNED_BYTE || count == 0) {
            throw new DataException("IDX header (" + name + "): the magic number must be 0x000008 and the number of"
                    + " dimensions (unsigned bytes), but is " + String.format("0x%08x", magic)
                    + "; check the file or the format");
        }
        int[] dimensions = new int[count];
        for (int i = 0; i < count; i++) {
            dimensions[i] = in.readInt();
            if (dimensions[i] < 0) {
                throw new DataException("IDX header (" + name + "): dimensions must be below 2147483648, but one is "
                        + Integer.toUnsignedString(dimensions[i]) + "; take a sound file");
            }
        }
        return dimensions;
    }

    /** How many items the header announces. */
    public long items() {
        return items;
    }

    /** Dimensions of one item; empty for single bytes. */
    public List<Integer> shape() {
        return shape;
    }

    /** Bytes of one item. */
    public int itemSize() {
        return itemSize;
    }

    /**
     * Reads the next item.
     *
     * @param into receives its bytes, row-major, from 0; at least {@link #itemSize} long
     * @return whether there was one
     * @throws DataException if the file is shorter or longer than its header says
     */
    public boolean next(byte[] into) {
        try {
            if (read == items) {
                if (in.read() >= 0) {
                    throw new DataException("IDX file (" + name + "): the header says " + items + " items of "
                            + itemSize + " bytes, but more follow; fetch it again");
                }
                return false;
            }
            in.readFully(into, 0, itemSize);
            read++;
            return true;
        } catch (EOFException | ZipException e) {
            throw new DataException(
                    "IDX file (" + name + "): the header says " + items + " items of " + itemSize
                            + " bytes, but it ends or breaks after " + read + "; fetch it again",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Checks that images and labels belong together.
     *
     * @throws DataException if they have different numbers of items, or a label is not a single number
     */
    public static void checkPair(IdxFile images, IdxFile labels) {
        if (labels.itemSize != 1) {
            throw new DataException(
                    "IDX labels (" + labels.name + "): a label must be one byte, but has the dimensions " + labels.shape
                            + "; name the file of labels as …labels-idx1-ubyte");
        }
        if (images.items != labels.items) {
            throw new DataException("IDX files (" + images.name + ", " + labels.name
                    + "): there must be as many labels as images, but there are " + labels.items + " labels and "
                    + images.items + " images; take files that belong together");
        }
    }
}
