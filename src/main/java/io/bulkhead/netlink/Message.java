package io.bulkhead.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A request to be: a header of 16 bytes, the family's own header, then attributes, each with its length and type, all of it
 * aligned to 4 bytes and in the machine's byte order. netlink(7)
 */
final class Message {
    static final int NLM_F_REQUEST = 1;
    static final int NLM_F_ACK = 4;
    static final int NLM_F_REPLACE = 0x100;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;

    static final int HEADER = 16;
    private static final int LARGEST = 4096;

    private final ByteBuffer bytes = ByteBuffer.allocate(LARGEST).order(ByteOrder.LITTLE_ENDIAN);

    Message(int type, int flags) {
        bytes.putInt(0).putShort((short) type).putShort((short) flags).putInt(1).putInt(0);
    }

    /** Appends {@code struct ifinfomsg}: a change of {@code flags} sets all it names. */
    Message link(int index, int flags) {
        bytes.putInt(0).putInt(index).putInt(flags).putInt(flags);
        return this;
    }

    /** Appends single bytes, as {@code struct ifaddrmsg} and {@code struct rtmsg} begin with. */
    Message octets(int... values) {
        for (int value : values) {
            bytes.put((byte) value);
        }
        return this;
    }

    Message number(int value) {
        bytes.putInt(value);
        return this;
    }

    Message attribute(int type, byte[] value) {
        bytes.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        align();
        return this;
    }

    Message attribute(int type, int value) {
        bytes.putShort((short) 8).putShort((short) type).putInt(value);
        return this;
    }

    /** A text with the NUL that ends it. */
    Message attribute(int type, String value) {
        return attribute(type, (value + '\0').getBytes(StandardCharsets.UTF_8));
    }

    /** An attribute made of what {@code content} appends. */
    Message nested(int type, Consumer<Message> content) {
        int start = bytes.position();
        bytes.putShort((short) 0).putShort((short) type);
        content.accept(this);
        bytes.putShort(start, (short) (bytes.position() - start));
        align();
        return this;
    }

    private void align() {
        while (bytes.position() % 4 != 0) {
            bytes.put((byte) 0);
        }
    }

    byte[] toBytes() {
        bytes.putInt(0, bytes.position());
        byte[] message = new byte[bytes.position()];
        bytes.get(0, message);
        return message;
    }
}
