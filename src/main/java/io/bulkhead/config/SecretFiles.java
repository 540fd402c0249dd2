package io.bulkhead.config;

import io.bulkhead.spec.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The files that hold secrets: whether they are safe, and what tells one text from another. No text leaves this class. */
final class SecretFiles {
    private static final String HMAC = "HmacSHA256";
    private static final int DIGEST = 8;
    private static final int PERMISSIONS = 07777;

    private final ConfigLoader.Key key;
    private final Path runDir;
    private @Nullable Mac mac;

    SecretFiles(ConfigLoader.Key key, Path runDir) {
        this.key = key;
        this.runDir = runDir;
    }

    /** Of the text as it is now; refuses a file that others can read, and a text that can't be given to a service. */
    String digest(Path file, String name, Secret.Kind kind) throws Refusal {
        byte[] text = {};
        try {
            check(file);
            text = read(file);
            Optional<String> unfit = unfit(text, name, kind);
            if (unfit.isPresent()) {
                throw new Refusal(unfit.get());
            }
            return HexFormat.of().formatHex(mac().doFinal(text), 0, DIGEST);
        } catch (NoSuchFileException e) {
            throw new Refusal("does not exist");
        } catch (AccessDeniedException e) {
            throw new Refusal("cannot be read: permission denied");
        } catch (FileSystemException e) {
            throw new Refusal("cannot be read: " + e.getReason());
        } catch (IOException e) {
            throw new Refusal("cannot be read: " + e.getMessage());
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    private static void check(Path file) throws IOException, Refusal {
        if (!Files.isRegularFile(file)) {
            Files.readAttributes(file, "unix:mode"); // says why, if it isn't there
            throw new Refusal("is not a regular file");
        }
        Map<String, Object> attributes = Files.readAttributes(file, "unix:uid,mode");
        int owner = number(attributes, "uid");
        // The daemon's own files in /proc are whose it is.
        int daemon = number(Files.readAttributes(Path.of("/proc/self"), "unix:uid"), "uid");
        Optional<String> refusal = Secret.refusal(owner, number(attributes, "mode") & PERMISSIONS, daemon);
        if (refusal.isPresent()) {
            throw new Refusal(refusal.get());
        }
    }

    private static int number(Map<String, Object> attributes, String name) {
        return attributes.get(name) instanceof Integer number ? number : -1;
    }

    private static byte[] read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(Secret.LARGEST + 1);
        }
    }

    private static Optional<String> unfit(byte[] text, String name, Secret.Kind kind) {
        if (text.length == 0) {
            return Optional.of("is empty");
        }
        if (text.length > Secret.LARGEST) {
            return Optional.of("is larger than " + Quantity.text(Secret.LARGEST));
        }
        return kind == Secret.Kind.ENV ? unfitVariable(text, name) : Optional.empty();
    }

    private static Optional<String> unfitVariable(byte[] text, String name) {
        if (text.length + name.length() + 2 > Secret.LARGEST_VARIABLE) {
            return Optional.of("is larger than a variable can be, " + Quantity.text(Secret.LARGEST_VARIABLE)
                    + " with its name: allowed is type = file");
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            return Optional.of("is not a text in UTF-8: allowed is type = file");
        }
        for (byte b : text) {
            if (b == 0) {
                return Optional.of("holds a NUL character, which no variable can: allowed is type = file");
            }
        }
        return Optional.empty();
    }

    private Mac mac() throws IOException {
        Mac known = mac;
        if (known != null) {
            return known;
        }
        try {
            known = Mac.getInstance(HMAC);
            known.init(new SecretKeySpec(key.of(runDir), HMAC));
            mac = known;
            return known;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }
}
