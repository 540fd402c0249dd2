package io.bulkhead.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What the kernel sent back: what was asked for, or whether it was done. */
final class Answer {
    private static final int NLMSG_ERROR = 2;
    private static final int NLM_F_CAPPED = 0x100;
    private static final int NLM_F_ACK_TLVS = 0x200;
    private static final int NLMSGERR_ATTR_MSG = 1;
    /** Behind the header: the errno, then the request again, or its header alone. */
    private static final int REQUEST = Message.HEADER + 4;

    private final ByteBuffer bytes;

    Answer(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private boolean isError() {
        return bytes.limit() >= REQUEST && bytes.getShort(4) == NLMSG_ERROR;
    }

    /** 0 where it was done. */
    int errno() {
        return isError() ? -bytes.getInt(Message.HEADER) : 0;
    }

    /** The reason in the kernel's words, where it gives one. Linux 4.12 */
    Optional<String> reason() {
        if (!isError() || (bytes.getShort(6) & NLM_F_ACK_TLVS) == 0) {
            return Optional.empty();
        }
        boolean capped = (bytes.getShort(6) & NLM_F_CAPPED) != 0;
        int at = REQUEST + (capped ? Message.HEADER : aligned(bytes.getInt(REQUEST)));
        while (at + 4 <= bytes.limit()) {
            int length = bytes.getShort(at) & 0xffff;
            if (length < 4 || at + length > bytes.limit()) {
                break;
            }
            if (bytes.getShort(at + 2) == NLMSGERR_ATTR_MSG) {
                return Optional.of(new String(bytes.array(), at + 4, Math.max(length - 5, 0), StandardCharsets.UTF_8));
            }
            at += aligned(length);
        }
        return Optional.empty();
    }

    /** The index in an answer to RTM_GETLINK. */
    int linkIndex() {
        return bytes.getInt(Message.HEADER + 4);
    }

    private static int aligned(int length) {
        return (length + 3) & ~3;
    }
}
