package io.bulkhead.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.ServiceSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ways to write a value, and where it may come from. */
final class ValuesTest {
    @TempDir
    Path temporary;

    private ConfigDirectory directory = new ConfigDirectory(Path.of("target"));

    @BeforeEach
    void makeDirectory() {
        directory = new ConfigDirectory(temporary);
    }

    @ParameterizedTest
    @CsvSource({
        "250, 250000",
        "250 ms, 250000",
        "250ms, 250000",
        "0.25 s, 250000",
        "1 second, 1000000",
        "2 minutes, 120000000",
        "1 h, 3600000000",
        "1 d, 86400000000",
        "7 us, 7",
        "7000 ns, 7",
        "0, 0",
        "1e3 ms, 1000000",
        "365 d, 31536000000000"
    })
    void readsDurations(String text, long micros) throws IOException, ConfigException {
        ServiceSpec web = directory.web("stop.timeout = " + text);

        assertEquals(Duration.ofNanos(micros * 1_000), web.stop().timeout());
    }

    @ParameterizedTest
    @CsvSource({
        "4096, 4096",
        "4096 B, 4096",
        "4 KiB, 4096",
        "4K, 4096",
        "5 kB, 5000",
        "1.5 MiB, 1572864",
        "1 MB, 1000000",
        "2 GiB, 2147483648",
        "1 TiB, 1099511627776",
        "1 EiB, 1152921504606846976",
        "64 mebibytes, 67108864"
    })
    void readsSizes(String text, long bytes) throws IOException, ConfigException {
        ServiceSpec web = directory.web("memory.max = " + text);

        assertEquals(OptionalLong.of(bytes), web.limits().memory().max());
    }

    @ParameterizedTest
    @CsvSource({
        "20%, 100 ms, 20000",
        "1.5, 100 ms, 150000",
        "0.2, 50 ms, 10000",
        "250%, 1 s, 2500000",
        "33.333%, 10 ms, 3333"
    })
    void derivesTheQuotaFromAShare(String limit, String period, long micros) throws IOException, ConfigException {
        ServiceSpec web = directory.web("cpu { limit = " + limit + ", period = " + period + " }");

        assertEquals(Optional.of(micros), web.limits().cpu().bandwidth().map(CpuLimit::quotaMicros));
    }

    @ParameterizedTest
    @CsvSource({"quota = unlimited", "limit = unlimited", "'quota = unlimited, period = 10 ms'"})
    void unlimitedIsNoLimit(String keys) throws IOException, ConfigException {
        assertEquals(
                Optional.empty(),
                directory.web("cpu { " + keys + " }").limits().cpu().bandwidth());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "[/bin/web, -x];/bin/web|-x",
                "/bin/web -x;/bin/web|-x",
                "/bin/sh -c 'exit 1';/bin/sh|-c|exit 1",
                "\"/bin/sh -c 'a  b' c\";/bin/sh|-c|a  b|c",
                "\"\"\"/bin/echo \"a b\" c\\ d\"\"\";/bin/echo|a b|c d",
                "\"/bin/echo $HOME\";/bin/echo|$HOME",
                "[/bin/echo, 1, true, 1.50];/bin/echo|1|true|1.50"
            })
    void readsCommandsAsListAndAsString(String text, String words) throws IOException, ConfigException {
        ServiceSpec web = directory.web("command = " + text);

        assertEquals(Arrays.asList(words.split("\\|", -1)), web.command());
    }

    @Test
    void defaultsAreMergedBelowServices() throws IOException, ConfigException {
        HostSpec host = directory.with("""
                        defaults {
                          rootfs = rootfs, command = /bin/default, user = nobody
                          cpu { period = 50 ms, quota = 10 ms }
                          environment { A = 1, B = 2 }, groups = [a]
                          stop { timeout = 1 s, signal = INT }
                        }
                        services {
                          plain { }
                          own { command = /bin/own, user = null, cpu.quota = 20 ms, environment.B = 3, groups = [b]
                                stop.timeout = 2 s }
                          share { cpu.limit = 50% }
                        }
                        """).load();

        ServiceSpec plain = ConfigDirectory.service(host, "plain");
        assertEquals(List.of("/bin/default"), plain.command());
        assertEquals(Optional.of("nobody"), plain.credentials().user());
        ServiceSpec own = ConfigDirectory.service(host, "own");
        assertEquals(List.of("/bin/own"), own.command());
        assertEquals(Optional.empty(), own.credentials().user());
        assertEquals(List.of("b"), own.credentials().groups());
        assertEquals(cpu(20, 50), own.limits().cpu().bandwidth());
        assertEquals(Map.of("A", "1", "B", "3"), own.environment());
        assertEquals("INT 2", own.stop().signal() + " " + own.stop().timeout().toSeconds());
        assertEquals(
                cpu(25, 50),
                ConfigDirectory.service(host, "share").limits().cpu().bandwidth());
    }

    @Test
    void substitutesKeysAndTheEnvironment() throws IOException, ConfigException {
        String path = Optional.ofNullable(System.getenv("PATH")).orElseThrow();

        ServiceSpec web = directory.web("""
                environment { PATH = ${PATH}, HERE = ${services.web.workdir}"/x", OTHER = before
                              OTHER = ${?NOWHERE_AT_ALL}, GONE = ${?NOWHERE_AT_ALL} }
                workdir = /srv
                """);

        assertEquals(Map.of("PATH", path, "HERE", "/srv/x", "OTHER", "before"), web.environment());
    }

    @Test
    void laterKeysOfAFileOverrideEarlierOnes() throws IOException, ConfigException {
        assertEquals(
                3,
                directory.web("nice = 1\nnice = 2\n}\nservices.web { nice = 3").nice());
    }

    @Test
    void serviceOfNullIsNone() throws IOException, ConfigException {
        HostSpec host = directory
                .with("services { web { " + ConfigDirectory.VALID + " }, web = null, db { " + ConfigDirectory.VALID
                        + " } }")
                .load();

        assertEquals(List.of("db"), ConfigDirectory.names(host));
    }

    @Test
    void bracketsAndKeywordsInsideStringsAndCommentsAreText() throws IOException, ConfigException {
        ServiceSpec web = directory.web(
                "environment { A = \"}{][\", B = \"\"\"a\"\n, include = \"b\"\"\"\", C = x } # } ] \"\n// { include = 1");

        assertEquals(Map.of("A", "}{][", "B", "a\"\n, include = \"b\"", "C", "x"), web.environment());
    }

    private static Optional<CpuLimit> cpu(int quotaMillis, int periodMillis) {
        return Optional.of(new CpuLimit(Duration.ofMillis(quotaMillis), Duration.ofMillis(periodMillis)));
    }
}
