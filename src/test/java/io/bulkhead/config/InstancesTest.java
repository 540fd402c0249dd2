package io.bulkhead.config;

import static io.bulkhead.config.ConfigDirectory.VALID;
import static io.bulkhead.config.ConfigDirectory.names;
import static io.bulkhead.config.ConfigDirectory.service;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Instances;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys {@code instances} and {@code rolling}, and {@code ${instance}}. */
class InstancesTest {
    @TempDir
    Path temporary;

    private ConfigDirectory directory;

    @BeforeEach
    void makeDirectory() {
        directory = new ConfigDirectory(temporary);
    }

    private HostSpec web(String keys) throws IOException, ConfigException {
        return directory.with("services.web { " + VALID + "\n" + keys + "\n}").load();
    }

    @Test
    void ofOneThereIsTheServiceItself() throws IOException, ConfigException {
        ServiceSpec web = directory.web("");

        assertEquals(Instances.ONE, web.instance().instances());
        assertEquals("web", web.instance().shown());
    }

    @Test
    void ofSeveralTheFirstHasTheServicesName() throws IOException, ConfigException {
        HostSpec host = web("instances = 3");

        assertEquals(List.of("web", "web_01", "web_02"), names(host));
        assertEquals(
                List.of("web:web_00", "web:web_01", "web:web_02"),
                host.services().values().stream()
                        .map(spec -> spec.instance().shown())
                        .toList());
        assertEquals(1, host.declared().size());
    }

    @Test
    void areOrderedByNumber() throws IOException, ConfigException {
        HostSpec host = web("instances = 101");

        List<ServiceSpec> all = List.copyOf(host.declared().values()).get(0);
        assertEquals("web_99", all.get(99).name().value());
        assertEquals("web_100", all.get(100).name().value());
    }

    @Test
    void numberStandsInAnyValue() throws IOException, ConfigException {
        HostSpec host = web("""
                instances = 2
                command = [web, --port, 80${instance.padded}, "--name=web-${instance}"]
                environment { SHARD = ${instance}, PAIR = ${instance}/${instance.padded}, HOME = "/${instance.padded}" }
                nice = ${instance}
                workdir = /srv/${instance}/x
                """);

        assertEquals(
                List.of("web", "--port", "8000", "--name=web-0"),
                service(host, "web").command());
        assertEquals(
                List.of("web", "--port", "8001", "--name=web-1"),
                service(host, "web_01").command());
        assertEquals(
                Map.of("SHARD", "1", "PAIR", "1/01", "HOME", "/01"),
                service(host, "web_01").environment());
        assertEquals(1, service(host, "web_01").nice());
        assertEquals("/srv/1/x", service(host, "web_01").workdir());
    }

    @Test
    void theOnlyOneIsNumberZero() throws IOException, ConfigException {
        ServiceSpec web = directory.web("command = [web, ${instance}, \"${instance}\"]");

        assertEquals(List.of("web", "0", "${instance}"), web.command(), "between quotes it may be a shell's");
    }

    @Test
    void defaultsMayNameIt() throws IOException, ConfigException {
        HostSpec host = directory
                .with("defaults { instances = 2, environment.N = ${instance} }\nservices.web { " + VALID + " }")
                .load();

        assertEquals(Map.of("N", "1"), service(host, "web_01").environment());
    }

    @Test
    void firstOneIsLaunchedFromTheSameHowManyThereAre() throws IOException, ConfigException {
        String keys = "command = [web, ${instance}]\n";
        String one = SpecKey.launchHash(service(web(keys), "web"));

        String three = SpecKey.launchHash(service(web(keys + "instances = 3"), "web"));

        assertEquals(one, three);
    }

    @Test
    void maxUnavailableIsANumberOrAll() throws IOException, ConfigException {
        assertEquals(
                new Instances(3, 2),
                service(web("instances = 3, rolling.max-unavailable = 2"), "web")
                        .instance()
                        .instances());
        assertEquals(
                Instances.ALL,
                service(web("rolling.max-unavailable = all"), "web")
                        .instance()
                        .instances()
                        .maxUnavailable());
    }
}
