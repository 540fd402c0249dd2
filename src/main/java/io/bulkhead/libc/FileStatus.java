package io.bulkhead.libc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/**
 * What kind of file it is, whose, and who may do what with it. stat(2)
 *
 * @param mode the permission bits, 0 to 07777
 */
public record FileStatus(boolean regular, int uid, int gid, int mode) {
    private static final int PERMISSIONS = 07777;

    public static FileStatus of(Path file, LinkOption... options) throws IOException {
        Map<String, Object> read = Files.readAttributes(file, "unix:isRegularFile,uid,gid,mode", options);
        return new FileStatus(
                Boolean.TRUE.equals(read.get("isRegularFile")),
                number(read, "uid"),
                number(read, "gid"),
                number(read, "mode") & PERMISSIONS);
    }

    private static int number(Map<String, Object> attributes, String name) {
        return attributes.get(name) instanceof Integer number ? number : -1;
    }
}
