package io.bulkhead.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Bytes as netlink(7) and rtnetlink(7) lay them out. */
final class MessageTest {
    private static String hex(Message message) {
        return HexFormat.of().formatHex(message.toBytes());
    }

    @Test
    void attributesAreAlignedAndTellTheirLengthWithoutThat() {
        Message message = new Message(16, Message.NLM_F_REQUEST)
                .link(7, 1)
                .attribute(3, "lo")
                .nested(18, outer -> outer.attribute(1, "veth").nested(2, inner -> inner.attribute(4, 1400)));

        assertEquals(
                "44000000" + "1000" + "0100" + "01000000" + "00000000" // length, type, flags, sequence, port
                        + "00000000" + "07000000" + "01000000" + "01000000" // family, index, flags, change
                        + "0700" + "0300" + "6c6f0000" // a text of 3 bytes, and one to fill up
                        + "1c00" + "1200" // nested: 4 + 12 + 12
                        + "0900" + "0100" + "7665746800000000"
                        + "0c00" + "0200" + "0800" + "0400" + "78050000",
                hex(message));
    }

    private static Answer refusal(int flags, String request, String attributes) {
        byte[] rest = HexFormat.of().parseHex(request + attributes);
        ByteBuffer bytes = ByteBuffer.allocate(20 + rest.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(bytes.capacity()).putShort((short) 2).putShort((short) flags);
        bytes.putInt(1).putInt(0).putInt(-17).put(rest);
        return new Answer(bytes.array());
    }

    @Test
    void aRefusalIsReadWithItsReason() {
        String header = "18000000" + "1000" + "0506" + "01000000" + "00000000";
        String reason = "0800" + "0200" + "00000000" + "0700" + "0100" + "6e6f0000";

        Answer whole = refusal(0x200, header + "0000000000000000", reason);
        Answer capped = refusal(0x300, header, reason);
        Answer silent = refusal(0, header + "0000000000000000", "");
        Answer cut = refusal(0x300, header, "4000" + "0100");

        assertEquals(17, whole.errno());
        assertEquals(Optional.of("no"), whole.reason());
        assertEquals(Optional.of("no"), capped.reason());
        assertEquals(Optional.empty(), silent.reason());
        assertEquals(Optional.empty(), cut.reason());
    }

    @Test
    void doneIsNoRefusal() {
        byte[] done = HexFormat.of()
                .parseHex("24000000" + "0200" + "0001" + "01000000" + "00000000" + "00000000" + "20000000" + "1000"
                        + "0506" + "01000000" + "00000000");

        assertEquals(0, new Answer(done).errno());
        assertEquals(Optional.empty(), new Answer(done).reason());
    }
}
