package io.bulkhead.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Hook;
import io.bulkhead.spec.Hooks;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Reload;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.StopPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands around a service's run, as they are written. */
class HooksReaderTest {
    @TempDir
    Path temporary;

    private ConfigDirectory directory = new ConfigDirectory(Path.of("target"));

    @BeforeEach
    void makeDirectory() {
        directory = new ConfigDirectory(temporary);
    }

    @Test
    void readsHooks() throws IOException, ConfigException {
        ServiceSpec web = directory.web("""
                pre-start { command = "/bin/prepare --all 'the rest'", where = host }
                post-stop { command = [/bin/clean], timeout = 5 s }
                """);

        Hook before = new Hook(List.of("/bin/prepare", "--all", "the rest"), Hook.TIMEOUT, Hook.Where.HOST);
        Hook after = new Hook(List.of("/bin/clean"), Duration.ofSeconds(5), Hook.Where.CONTAINER);
        assertEquals(
                new Hooks(Optional.of(before), Optional.of(after)),
                web.lifecycle().hooks());
    }

    @Test
    void readsHowAServiceIsStopped() throws IOException, ConfigException {
        Hook command = new Hook(List.of("/bin/end", "it"), Duration.ofSeconds(5), Hook.Where.HOST);
        assertEquals(
                new StopPolicy(Signal.INT, Duration.ofSeconds(5), Optional.of(command)),
                directory
                        .web("stop { signal = INT, timeout = 5 s, command = \"/bin/end it\", where = host }")
                        .stop());
        assertEquals(StopPolicy.DEFAULT, directory.web("stop { command = [] }").stop());
    }

    @Test
    void readsHowAServiceIsReloaded() throws IOException, ConfigException {
        assertEquals(
                new Reload(Optional.of(Signal.HUP), Optional.empty()),
                directory.web("reload.signal = SIGHUP").lifecycle().hooks().reload());
        assertEquals(
                new Reload(
                        Optional.empty(),
                        Optional.of(new Hook(List.of("/bin/tell"), Duration.ofSeconds(5), Hook.Where.HOST))),
                directory
                        .web("reload { command = /bin/tell, timeout = 5 s, where = host }")
                        .lifecycle()
                        .hooks()
                        .reload());
    }

    @Test
    void aHookOfTheDefaultsCanBeTakenBack() throws IOException, ConfigException {
        HostSpec host = directory.with("""
                        defaults { pre-start { command = /bin/prepare }, post-stop.timeout = 5 s }
                        services.web { rootfs = rootfs, command = a, pre-start.command = none }
                        """).load();

        assertEquals(
                Hooks.NONE, ConfigDirectory.service(host, "web").lifecycle().hooks());
    }
}
