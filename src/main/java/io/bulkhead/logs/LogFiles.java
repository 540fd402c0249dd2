package io.bulkhead.logs;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * The files of one stream: {@code web.stdout.log}, which is written, and what it was before, {@code .1} the newest.
 *
 * <p>A rotation renames, so that an open file stays what it was and its inode tells a reader where it is now. A compressed
 * file ({@code .1.gz}, {@code .1.zst}) is complete from the moment it has its name; the plain one is deleted only then, and for
 * an instant there are both. {@code .times} files beside them are {@link TimeIndex}es.
 */
public final class LogFiles {
    /** What a compressed file's name ends in. */
    static final String GZIP = ".gz";

    static final String ZSTD = ".zst";
    static final String TIMES = ".times";

    private LogFiles() {}

    /**
     * One file.
     *
     * @param number 0: the one that is written; else that of its name
     */
    public record Part(Path path, int number) {
        public boolean isCompressed() {
            return path.toString().endsWith(GZIP) || path.toString().endsWith(ZSTD);
        }

        /** Where its {@link TimeIndex} is, if it has one. */
        public Path times() {
            String name = path.getFileName().toString();
            if (isCompressed()) {
                name = name.substring(0, name.lastIndexOf('.'));
            }
            return path.resolveSibling(name + TIMES);
        }

        /** What was written, uncompressed. */
        public InputStream open() throws IOException {
            OpenOption[] options = {StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS};
            InputStream file = Files.newInputStream(path, options);
            try {
                return unpack(file);
            } catch (IOException e) {
                file.close();
                throw e;
            }
        }

        /** What is in {@code file}, this one's bytes, uncompressed. */
        InputStream unpack(InputStream file) throws IOException {
            if (path.toString().endsWith(GZIP)) {
                return new GZIPInputStream(file, 1 << 16);
            }
            return path.toString().endsWith(ZSTD) ? new ZstdInputStream(new BufferedInputStream(file)) : file;
        }
    }

    /** The files there are, oldest first; a number that is there twice, compressed and not, once, uncompressed. */
    public static List<Part> oldestFirst(Path current) throws IOException {
        Map<Integer, Part> parts = new TreeMap<>(Comparator.reverseOrder());
        for (Part part : all(current)) {
            parts.merge(part.number(), part, (one, other) -> one.isCompressed() ? other : one);
        }
        return List.copyOf(parts.values());
    }

    /** Every file there is, in no order. */
    static List<Part> all(Path current) throws IOException {
        List<Part> parts = new ArrayList<>();
        String base = String.valueOf(current.getFileName());
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(current.toAbsolutePath().getParent())) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.startsWith(base)) {
                    int number = number(name.substring(base.length()));
                    if (number >= 0) {
                        parts.add(new Part(current.resolveSibling(name), number));
                    }
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        return parts;
    }

    /** @param suffix empty, {@code .7}, {@code .7.gz} or {@code .7.zst}; -1 for any other */
    private static int number(String suffix) {
        if (suffix.isEmpty()) {
            return 0;
        }
        int end = suffix.endsWith(GZIP)
                ? suffix.length() - GZIP.length()
                : suffix.endsWith(ZSTD) ? suffix.length() - ZSTD.length() : suffix.length();
        int number = 0;
        for (int i = 1; i < end; i++) {
            char c = suffix.charAt(i);
            if (c < '0' || c > '9' || i > 4 || (i == 1 && c == '0')) {
                return -1;
            }
            number = number * 10 + c - '0';
        }
        return suffix.charAt(0) == '.' && end > 1 ? number : -1;
    }
}
