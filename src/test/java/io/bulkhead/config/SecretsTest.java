package io.bulkhead.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Secret;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecChanges;
import io.bulkhead.spec.SpecKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code secrets}. */
final class SecretsTest {
    private static final String TEXT = "correct horse";
    private static final byte[] KEY = new byte[32];

    @TempDir
    Path temporary;

    private ConfigDirectory directory = new ConfigDirectory(Path.of("target"));

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = new ConfigDirectory(temporary);
        secret("db", TEXT, "rw-------");
    }

    private void secret(String file, String text, String mode) throws IOException {
        directory.with(file, text);
        Files.setPosixFilePermissions(temporary.resolve(file), PosixFilePermissions.fromString(mode));
    }

    private ServiceSpec web(String keys) throws IOException, ConfigException {
        directory.with("services.web { " + ConfigDirectory.VALID + "\n" + keys + "\n}");
        return ConfigDirectory.service(new ConfigLoader(runDir -> KEY).load(directory.main()), "web");
    }

    private List<String> problems(String keys) {
        try {
            directory.with("services.web { " + ConfigDirectory.VALID + "\n" + keys + "\n}");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return directory.problems();
    }

    @Test
    void readsBothKinds() throws IOException, ConfigException {
        List<Secret> secrets =
                web("secrets { tls-key = db, PW { source = db, type = env } }").secrets();

        assertEquals(
                List.of("PW: env from " + temporary.resolve("db"), "tls-key: file from " + temporary.resolve("db")),
                secrets.stream().map(Secret::toString).toList());
        assertEquals(Path.of("/run/secrets"), Path.of(Secret.DIRECTORY));
    }

    @Test
    void theDigestTellsTextsApartAndNothingElse() throws IOException, ConfigException {
        String one = digest(new ConfigLoader(runDir -> KEY));
        String same = digest(new ConfigLoader(runDir -> KEY));
        String otherKey = digest(new ConfigLoader());
        secret("db", TEXT + "!", "rw-------");
        String otherText = digest(new ConfigLoader(runDir -> KEY));

        assertEquals(one, same);
        assertNotEquals(one, otherKey);
        assertNotEquals(one, otherText);
    }

    private String digest(ConfigLoader loader) throws IOException, ConfigException {
        directory.with("services.web { " + ConfigDirectory.VALID + "\nsecrets.pw = db }");
        return ConfigDirectory.service(loader.load(directory.main()), "web")
                .secrets()
                .get(0)
                .digest();
    }

    @Test
    void changesAreToldWithoutWhatTheTextIs() throws IOException, ConfigException {
        secret("other", TEXT, "r--------");
        ServiceSpec before = web("secrets { a = db, b = db, c = db }");
        secret("db", "another", "rw-------");
        ServiceSpec after = web("secrets { a = db, b { source = db, type = env }, d = other }");

        List<String> lines = SpecChanges.between(before, after).stream()
                .map(c -> c.path() + ": " + c.before() + " -> " + c.after() + " " + c.effect())
                .toList();
        String db = " from " + temporary.resolve("db");
        assertEquals(
                List.of(
                        "secrets.a:  -> (changed) restart",
                        "secrets.b: file" + db + " -> env" + db + " restart",
                        "secrets.c: file" + db + " -> none restart",
                        "secrets.d: none -> file from " + temporary.resolve("other") + " restart"),
                lines);
        assertNotEquals(SpecKey.launchHash(before), SpecKey.launchHash(after));
    }

    @Test
    void neitherTheValueNorWhatIsShownHoldsTheText() throws IOException, ConfigException {
        ServiceSpec web = web("secrets { pw = db, PW { source = db, type = env } }");
        SpecKey key = SpecKey.ALL.stream()
                .filter(k -> k.path().equals("secrets"))
                .findFirst()
                .orElseThrow();

        assertFalse((web + SpecKey.launchKeys(web).toString()).contains(TEXT));
        assertFalse(key.shown(web).contains(web.secrets().get(0).digest()), key.shown(web));
    }

    @Test
    void whatIsWrongWithAFileIsTold() throws IOException {
        secret("open", TEXT, "rw-r-----");
        secret("empty", "", "rw-------");
        secret("rootfs/inside", TEXT, "rw-------");
        secret("nul", "a\0b", "rw-------");

        assertEquals(
                List.of(
                        "DIR/supervisord.conf:2: services.web.secrets.a: DIR/open has mode 0640: allowed is what only its owner"
                                + " may use, such as 0600 or 0400",
                        "DIR/supervisord.conf:2: services.web.secrets.b: DIR/empty is empty",
                        "DIR/supervisord.conf:2: services.web.secrets.c: DIR/nosuch does not exist",
                        "DIR/supervisord.conf:2: services.web.secrets.d: DIR/rootfs/inside is in the rootfs, where the service"
                                + " could put another there",
                        "DIR/supervisord.conf:2: services.web.secrets.e: DIR/rootfs is in the rootfs, where the service could put"
                                + " another there",
                        "DIR/supervisord.conf:3: services.web.secrets.f.source: DIR/nul holds a NUL character, which no variable"
                                + " can: allowed is type = file"),
                problems("secrets { a = open, b = empty, c = nosuch, d = rootfs/inside, e = rootfs\n"
                        + "f { source = nul, type = env } }"));
    }

    @Test
    void whatIsWrongWithANameOrAKeyIsTold() {
        assertEquals(
                List.of(
                        "DIR/supervisord.conf:2: services.web.secrets.LANG: is a variable of environment, too: allowed is one of"
                                + " them",
                        "DIR/supervisord.conf:2: services.web.secrets.a-b: is not a variable's name: allowed are letters, digits"
                                + " and _, not beginning with a digit",
                        "DIR/supervisord.conf:2: services.web.secrets.\"a/b\": is not a file's name: allowed are 1 to 255"
                                + " letters, digits, _, - and .",
                        "DIR/supervisord.conf:2: services.web.secrets.x.source: is required: the host's file that holds it",
                        "DIR/supervisord.conf:2: services.web.secrets.x.mode: unknown key; allowed in a secret: source, type",
                        "DIR/supervisord.conf:2: services.web.secrets.y: a list is not a host's file, or { source = /etc/...,"
                                + " type = file | env }"),
                problems("secrets { LANG { source = db, type = env }, \"a/b\" = db, a-b { source = db, type = env }"
                        + ", x { mode = 1 }, y = [] }, environment.LANG = C"));
    }

    @Test
    void filesNeedAMountNamespace() {
        assertEquals(
                List.of(
                        "DIR/supervisord.conf:2: services.web.secrets: a secret of type file needs namespaces.mount = private,"
                                + " else it would be the host's: allowed with host is type = env"),
                problems("secrets { pw = db }, namespaces.mount = host"));
    }

    @Test
    void rootAndTheDaemonsOwnUserMayOwnIt() {
        assertEquals(Optional.empty(), Secret.refusal(0, 0600, 0));
        assertEquals(Optional.empty(), Secret.refusal(1000, 0400, 1000));
        assertEquals(Optional.of("is owned by user 1000: allowed is root"), Secret.refusal(1000, 0600, 0));
        assertEquals(
                Optional.of("is owned by user 7: allowed is root, or the daemon's own user, 1000"),
                Secret.refusal(7, 0600, 1000));
    }
}
