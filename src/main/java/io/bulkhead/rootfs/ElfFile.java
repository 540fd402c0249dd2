package io.bulkhead.rootfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the dynamic loader reads of an ELF file.
 *
 * @param machine {@code e_machine}: 62 for x86-64, 183 for aarch64
 * @param is64 the class
 * @param interpreter PT_INTERP, the loader's path
 * @param needed DT_NEEDED, the libraries' names
 * @param rpath DT_RPATH, split at colons
 * @param runpath DT_RUNPATH, likewise
 * @see <a href="https://man7.org/linux/man-pages/man5/elf.5.html">elf(5)</a>
 */
record ElfFile(
        int machine,
        boolean is64,
        Optional<String> interpreter,
        List<String> needed,
        List<String> rpath,
        List<String> runpath) {
    /** Larger than any dynamic section there is; a file that claims more is not worth the memory. */
    private static final int MAX_SECTION = 16 << 20;

    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int PT_INTERP = 3;
    private static final int DT_NEEDED = 1;
    private static final int DT_STRTAB = 5;
    private static final int DT_STRSZ = 10;
    private static final int DT_RPATH = 15;
    private static final int DT_RUNPATH = 29;

    /** Not an ELF file, or none that makes sense. */
    static final class FormatException extends Exception {
        FormatException(String message) {
            super(message);
        }
    }

    /** A part of the file, and where in memory it is to be. */
    private record Segment(int type, long offset, long address, long size) {}

    static ElfFile read(Path file) throws IOException, FormatException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new Reader(channel).read();
        }
    }

    /** Reads with every offset and size checked against the file. */
    private static final class Reader {
        private final FileChannel channel;
        private boolean is64;
        private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

        Reader(FileChannel channel) {
            this.channel = channel;
        }

        ElfFile read() throws IOException, FormatException {
            ByteBuffer ident = slice(0, 20);
            if (ident.getInt(0) != 0x464c457f) {
                throw new FormatException("not an ELF file");
            }
            is64 = ident.get(4) == 2;
            order = ident.get(5) == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
            int machine = Short.toUnsignedInt(slice(0, 20).getShort(18));
            List<Segment> segments = segments();
            Optional<String> interpreter = Optional.empty();
            Optional<Segment> dynamic = Optional.empty();
            for (Segment segment : segments) {
                if (segment.type == PT_INTERP) {
                    interpreter = Optional.of(string(slice(segment.offset, segment.size), 0));
                } else if (segment.type == PT_DYNAMIC) {
                    dynamic = Optional.of(segment);
                }
            }
            List<String> needed = new ArrayList<>();
            List<String> rpath = new ArrayList<>();
            List<String> runpath = new ArrayList<>();
            if (dynamic.isPresent()) {
                dynamic(segments, dynamic.get(), needed, rpath, runpath);
            }
            return new ElfFile(
                    machine, is64, interpreter, List.copyOf(needed), List.copyOf(rpath), List.copyOf(runpath));
        }

        private List<Segment> segments() throws IOException, FormatException {
            ByteBuffer header = slice(0, is64 ? 64 : 52);
            long offset = is64 ? header.getLong(32) : Integer.toUnsignedLong(header.getInt(28));
            int size = Short.toUnsignedInt(header.getShort(is64 ? 54 : 42));
            int count = Short.toUnsignedInt(header.getShort(is64 ? 56 : 44));
            if (count > 0 && size < (is64 ? 56 : 32)) {
                throw new FormatException("its program headers are too short");
            }
            List<Segment> segments = new ArrayList<>();
            ByteBuffer table = slice(offset, (long) size * count);
            for (int i = 0; i < count; i++) {
                int at = i * size;
                segments.add(
                        is64
                                ? new Segment(
                                        table.getInt(at),
                                        table.getLong(at + 8),
                                        table.getLong(at + 16),
                                        table.getLong(at + 32))
                                : new Segment(
                                        table.getInt(at),
                                        Integer.toUnsignedLong(table.getInt(at + 4)),
                                        Integer.toUnsignedLong(table.getInt(at + 8)),
                                        Integer.toUnsignedLong(table.getInt(at + 16))));
            }
            return segments;
        }

        private void dynamic(
                List<Segment> segments, Segment section, List<String> needed, List<String> rpath, List<String> runpath)
                throws IOException, FormatException {
            ByteBuffer table = slice(section.offset, section.size);
            int width = is64 ? 8 : 4;
            long strings = 0;
            long stringsSize = 0;
            List<long[]> texts = new ArrayList<>();
            for (int at = 0; at + 2 * width <= table.capacity(); at += 2 * width) {
                long tag = is64 ? table.getLong(at) : table.getInt(at);
                long value = is64 ? table.getLong(at + 8) : Integer.toUnsignedLong(table.getInt(at + 4));
                if (tag == 0) {
                    break;
                } else if (tag == DT_STRTAB) {
                    strings = value;
                } else if (tag == DT_STRSZ) {
                    stringsSize = value;
                } else if (tag == DT_NEEDED || tag == DT_RPATH || tag == DT_RUNPATH) {
                    texts.add(new long[] {tag, value});
                }
            }
            if (texts.isEmpty()) {
                return;
            }
            ByteBuffer pool = slice(fileOffset(segments, strings), stringsSize);
            for (long[] text : texts) {
                String value = string(pool, text[1]);
                if (text[0] == DT_NEEDED) {
                    needed.add(value);
                } else {
                    (text[0] == DT_RPATH ? rpath : runpath).addAll(List.of(value.split(":", -1)));
                }
            }
        }

        private static long fileOffset(List<Segment> segments, long address) throws FormatException {
            for (Segment segment : segments) {
                if (segment.type == PT_LOAD && address >= segment.address && address - segment.address < segment.size) {
                    return segment.offset + (address - segment.address);
                }
            }
            throw new FormatException("its string table is in no segment");
        }

        private static String string(ByteBuffer pool, long at) throws FormatException {
            if (at < 0 || at >= pool.capacity()) {
                throw new FormatException("a name is outside its string table");
            }
            int end = (int) at;
            while (end < pool.capacity() && pool.get(end) != 0) {
                end++;
            }
            byte[] bytes = new byte[end - (int) at];
            pool.get((int) at, bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }

        private ByteBuffer slice(long offset, long size) throws IOException, FormatException {
            if (offset < 0 || size < 0 || size > MAX_SECTION || offset > channel.size() - size) {
                throw new FormatException("it is truncated or damaged");
            }
            ByteBuffer buffer = ByteBuffer.allocate((int) size).order(order);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, offset + buffer.position()) < 0) {
                    throw new FormatException("it is truncated");
                }
            }
            return buffer.flip().order(order);
        }
    }
}
