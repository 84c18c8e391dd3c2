package io.batchscope.collective;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody on the network between two ranks can see and do. */
@Timeout(60)
class RingEncryptionTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int LENGTH = 20_000;
    private static final float SECRET_NUMBER = 1234.5677f;
    private static final int HANDSHAKE_BYTES = RingGreeting.HELLO_BYTES + RingGreeting.CONFIRM_BYTES;
    private static final int CALL_BYTES = RecordOutput.HEADER_BYTES + 24 + RecordCipher.TAG_BYTES;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hidesTheNumbersIfAndOnlyIfItEncrypts(boolean encrypted) throws Exception {
        List<RingListener> listeners = Ranks.listeners(2);
        try (Tap tap = new Tap(listeners.get(1).address(), -1)) {
            List<Ranks.Ended<Float>> ended = sum(listeners, tap, encrypted);

            assertThat(ended)
                    .allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue(2 * SECRET_NUMBER));
            ByteBuffer number = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            number.putFloat(SECRET_NUMBER).putFloat(SECRET_NUMBER);
            byte[] seen = tap.seen();
            assertThat(seen).hasSizeGreaterThan(LENGTH * Float.BYTES);
            assertThat(text(seen).contains(text(number.array()))).isEqualTo(!encrypted);
        }
    }

    // Of the call: its length, its payload, its tag; of the first record of elements: three times the payload.
    @ParameterizedTest
    @ValueSource(ints = {0, 20, CALL_BYTES - 1, CALL_BYTES + 9, CALL_BYTES + 1000, CALL_BYTES + 32_000})
    void noticesThatSomebodyChangedABit(int offset) throws Exception {
        List<RingListener> listeners = Ranks.listeners(2);
        try (Tap tap = new Tap(listeners.get(1).address(), HANDSHAKE_BYTES + offset)) {
            List<Ranks.Ended<Float>> ended = sum(listeners, tap, true);

            assertThat(ended).allSatisfy(e -> assertThat(e.thrown().orElseThrow())
                    .isInstanceOf(CollectiveException.class)
                    .hasMessageMatching("rank 0( \\(127.0.0.1:\\d+\\))? sent a record that is not authentic "
                            + "\\(all-reduce 1 of 20000 floats, waited on by rank [01]\\)"));
        }
    }

    @Test
    void opensEveryRecordOnceAndInOrderOnly() {
        SecretKey key = new SecretKeySpec(new byte[RecordCipher.KEY_BYTES], "AES");
        RecordCipher sealing = RecordCipher.sealing(key);
        byte[] header = {1, 2, 3, 4, 5, 6, 7, 8};
        byte[] payload = {9, 8, 7};
        byte[] first = new byte[payload.length + RecordCipher.TAG_BYTES];
        byte[] second = first.clone();
        sealing.next(header, 0, payload, 0, payload.length, first, 0);
        sealing.next(header, 0, payload, 0, payload.length, second, 0);
        byte[] otherHeader = header.clone();
        otherHeader[7] ^= 1;

        assertThat(second).isNotEqualTo(first);
        assertThat(opened(key, header, first, second)).isTrue();
        assertThat(opened(key, header, first, first)).isFalse();
        assertThat(opened(key, header, second)).isFalse();
        assertThat(opened(key, otherHeader, first)).isFalse();
    }

    @Test
    void givesEachDirectionOfEachConnectionItsOwnKey() {
        RunSecret secret = new RunSecret(Ranks.SECRET);
        List<SecretKey> keys = new ArrayList<>();
        for (int connection = 0; connection < 2; connection++) {
            LinkKeys derived = LinkKeys.derive(
                    secret,
                    RingGreeting.hello(2, 0, 1, true, secret.nonce()),
                    RingGreeting.replyHead(true, secret.nonce()));
            keys.add(derived.forward());
            keys.add(derived.backward());
        }

        assertThat(keys).doesNotHaveDuplicates().hasSize(4);
    }

    @Test
    void isForAllRanksOrNone() throws Exception {
        List<RingListener> listeners = Ranks.listeners(3);
        List<String> addresses = listeners.stream().map(RingListener::address).toList();
        List<Callable<Collective>> bodies = new ArrayList<>();
        for (int rank = 0; rank < 3; rank++) {
            int own = rank;
            bodies.add(() -> listeners.get(own).connect(own, addresses, Ranks.SECRET, LONG, own == 1));
        }

        List<Ranks.Ended<Collective>> ended = Ranks.together(bodies);

        assertThat(ended).allSatisfy(e -> assertThat(e.thrown().orElseThrow()).isInstanceOf(CollectiveException.class));
        assertThat(ended).anySatisfy(e -> assertThat(e.message())
                .matches(
                        "rank [12] \\(127.0.0.1:\\d+\\) (encrypts and this rank does not|does not encrypt and this rank "
                                + "does); set spark.network.crypto.enabled alike for all "
                                + "\\(connecting a ring of 3.*, waited on by rank [01]\\)"));
    }

    /** Both ranks sum a vector of secret numbers, rank 0 sending by way of the tap. */
    private static List<Ranks.Ended<Float>> sum(List<RingListener> listeners, Tap tap, boolean encrypted)
            throws Exception {
        String first = listeners.get(0).address();
        List<List<String>> addresses = List.of(
                List.of(first, tap.address()), List.of(first, listeners.get(1).address()));
        List<Callable<Float>> bodies = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            int own = rank;
            bodies.add(() -> {
                try (Collective c =
                        listeners.get(own).connect(own, addresses.get(own), Ranks.SECRET, LONG, encrypted)) {
                    float[] values = new float[LENGTH];
                    Arrays.fill(values, SECRET_NUMBER);
                    c.allReduceSum(values, 0, LENGTH);
                    return values[LENGTH - 1];
                }
            });
        }
        return Ranks.together(bodies);
    }

    /** Whether all open, one after the other. */
    private static boolean opened(SecretKey key, byte[] header, byte[]... records) {
        RecordCipher opening = RecordCipher.opening(key);
        byte[] payload = new byte[3];
        boolean all = true;
        for (byte[] record : records) {
            all &= opening.next(header, 0, record, 0, record.length, payload, 0);
        }
        return all;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }
}
