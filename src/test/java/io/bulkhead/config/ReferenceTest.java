package io.bulkhead.config;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.spec.SupervisorSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code conf/} and {@code examples/}: the reference has every key with its default, and what we ship can be loaded. */
final class ReferenceTest {
    private static final Path CONF = Path.of("conf");
    private static final ServiceName EXAMPLE = new ServiceName("example");
    /** Keys that are another way to write one of {@link SpecKey#ALL}. */
    private static final Set<String> DERIVING = Set.of("cpu.limit", "environment-file");
    /** Where the example's root is in the reference; the test has it elsewhere. */
    private static final String ROOTFS = "/srv/example";

    @TempDir
    Path directory;

    private Path rootfs = Path.of("/nowhere");
    private String reference = "";

    @BeforeEach
    void readReference() throws IOException {
        rootfs = Files.createDirectory(directory.resolve("rootfs"));
        reference = Files.readString(CONF.resolve("reference.conf")).replace(ROOTFS, rootfs.toString());
    }

    @Test
    void writesTheDefaultOfEveryKey() throws IOException, ConfigException {
        HostSpec written = load(reference);
        HostSpec unwritten = load("services.example { rootfs = " + rootfs + ", command = [/bin/example] }");

        assertEquals(SupervisorSpec.DEFAULT, written.supervisor());
        assertEquals(unwritten.supervisor(), written.supervisor());
        ServiceSpec expected = example(unwritten);
        ServiceSpec found = example(written);
        assertAll(SpecKey.ALL.stream()
                .map(key -> () -> assertEquals(value(key, expected), value(key, found), key.path())));
    }

    @Test
    void namesEveryKeyAndNoOther() {
        Set<String> uncommented = new TreeSet<>(keys(uncommented(reference)));
        // A path alone is as good, and what a plan shows.
        uncommented.remove("rootfs.path");
        uncommented.add("rootfs");

        Set<String> known = SpecKey.ALL.stream().map(SpecKey::path).collect(Collectors.toCollection(TreeSet::new));
        known.addAll(DERIVING);
        assertEquals(known, uncommented);
    }

    @Test
    void commentsOutOnlyKeysWithoutDefault() {
        Set<String> commented = new TreeSet<>(keys(uncommented(reference)));
        commented.removeAll(keys(reference));

        assertEquals(
                new TreeSet<>(Set.of(
                        "user",
                        "group",
                        "oom-score-adjust",
                        "cpu.period",
                        "cpu.limit",
                        "cpu.burst",
                        "cpu.weight",
                        "cpu.idle",
                        "cpu.cpus",
                        "cpu.mems",
                        "memory.low",
                        "memory.swap",
                        "memory.oom-group",
                        "io.weight",
                        "net.class-id",
                        "net.bridge",
                        "net.mac",
                        "net.mtu",
                        "user-namespace.gid-map",
                        "hostname")),
                commented);
    }

    @Test
    void givesExamplesThatCanBeLoaded() throws IOException, ConfigException {
        String examples = uncommented(reference)
                .replaceFirst(" +quota = unlimited\n", "")
                .replace("      user = host\n", "      user = private\n")
                .replace("      net = host\n", "      net = private\n")
                .replace("address = []", "address = 10.0.3.5/24");

        ServiceSpec example = example(load(examples));

        assertTrue(example.limits().cpu().burst().isPresent());
        assertTrue(example.hostname().isPresent());
        assertTrue(example.namespaces().net().link().isPresent());
    }

    @Test
    void explainsEveryKey() {
        List<String> lines = reference.lines().toList();
        Pattern key = Pattern.compile(" *(# )?[a-z-]+ = .*");

        for (int i = 1; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("  ") && key.matcher(line).matches()) {
                assertTrue(lines.get(i - 1).strip().startsWith("#"), line);
            }
        }
    }

    @Test
    void shippedMainFileIncludesServices() throws IOException, ConfigException {
        Path main = Files.copy(CONF.resolve("supervisord.conf"), directory.resolve("supervisord.conf"));
        Path services = Files.createDirectory(directory.resolve("services.d"));

        HostSpec empty = new ConfigLoader().load(main);
        Files.writeString(services.resolve("example.conf"), "services.example { rootfs = ../rootfs, command = a }");
        HostSpec one = new ConfigLoader().load(main);

        assertEquals(commandedBy("bulkhead", SupervisorSpec.DEFAULT), empty.supervisor());
        assertEquals(Set.of(), empty.services().keySet());
        assertEquals(rootfs, example(one).rootfs());
    }

    @Test
    void exampleOfInstancesCanBeLoaded() throws IOException, ConfigException {
        String text = Files.readString(Path.of("examples/instances.conf")).replace("/srv/hello", rootfs.toString());

        List<ServiceSpec> instances = load(text).declared("hello");

        assertEquals(3, instances.size());
        assertEquals("2", instances.get(2).environment().get("NUMBER"));
    }

    /** Whatever the bytes, a load ends in a specification or in problems. */
    @Test
    void damagedReferenceIsLoadedOrRefused() throws IOException {
        Random random = new Random(20_240_229);
        byte[] whole = squeezed(reference).getBytes(StandardCharsets.UTF_8);
        Path file = directory.resolve("damaged.conf");
        int refused = 0;

        for (int i = 0; i < 500; i++) {
            Files.write(file, damaged(whole, random));
            try {
                new ConfigLoader().load(file);
            } catch (ConfigException e) {
                refused++;
                assertTrue(!e.problems().isEmpty());
                assertTrue(e.getMessage() != null && !e.getMessage().contains("typesafe"), e::getMessage);
            }
        }

        assertTrue(refused > 100, "refused only " + refused);
    }

    private HostSpec load(String text) throws IOException, ConfigException {
        return new ConfigLoader().load(Files.writeString(directory.resolve("test.conf"), text));
    }

    private static SupervisorSpec commandedBy(String group, SupervisorSpec of) {
        return new SupervisorSpec(
                of.runDir(),
                of.stateDir(),
                of.generations(),
                of.logDir(),
                of.onExit(),
                of.reconcileInterval(),
                of.cgroupParent(),
                of.controlSocket(),
                of.controlMode(),
                group);
    }

    private static ServiceSpec example(HostSpec host) {
        return host.services().values().stream()
                .filter(spec -> spec.name().equals(EXAMPLE))
                .findFirst()
                .orElseThrow();
    }

    private static String value(SpecKey key, ServiceSpec spec) {
        Function<ServiceSpec, String> value = key.value();
        return value.apply(spec);
    }

    /** The paths of a text's leaves below the example; an empty object is one. */
    private static Set<String> keys(String text) {
        Set<String> keys = new HashSet<>();
        collect(
                "",
                ConfigFactory.parseString(text.replace(" include =", " \"include\" ="))
                        .getObject("services.example"),
                keys);
        return keys;
    }

    private static void collect(String path, ConfigObject object, Set<String> keys) {
        object.forEach((name, value) -> {
            String full = (path.isEmpty() ? "" : path + ".") + ConfigUtil.joinPath(name);
            if (value instanceof ConfigObject below && !below.isEmpty()) {
                collect(full, below, keys);
            } else {
                keys.add(full);
            }
        });
    }

    /** The text with its commented keys, which are indented lines {@code # key = value}, as keys. */
    private static String uncommented(String text) {
        return Pattern.compile("(?m)^( +)# ([a-z-]+ = )").matcher(text).replaceAll("$1$2");
    }

    /** Without comments, so that damage hits what matters. */
    private static String squeezed(String text) {
        List<String> lines = new ArrayList<>();
        Matcher code = Pattern.compile("(?m)^ *[^# \n].*$").matcher(text);
        while (code.find()) {
            lines.add(code.group().strip());
        }
        return String.join("\n", lines);
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        String likely = "{}[]\"$=:,.#\n\\0 %-";
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = (byte) likely.charAt(random.nextInt(likely.length()));
                case 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                default -> System.arraycopy(bytes, at, bytes, random.nextInt(at + 1), Math.min(20, bytes.length - at));
            }
        }
        return bytes;
    }
}
