package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.config.ConfigLoader;
import io.bulkhead.spec.IdRange;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.UserNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RootlessTest {
    private final Rootless rootless = new Rootless(1000, 1001);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private ServiceSpec web(String keys) throws Exception {
        Path file = directory.resolve("test.conf");
        Files.createDirectories(directory.resolve("rootfs"));
        Files.writeString(file, "services.web { rootfs = rootfs, command = /bin/web\n" + keys + "\n}\n");
        return Optional.ofNullable(new ConfigLoader().load(file).services().get(new ServiceName("web")))
                .orElseThrow();
    }

    @Test
    void rootInsideIsTheDaemonsUser() throws Exception {
        ServiceSpec web = web("");

        assertEquals(
                Optional.of(
                        new UserNamespace(List.of(new IdRange(0, 1000, 1)), List.of(new IdRange(0, 1001, 1)), false)),
                rootless.adapt(web).namespaces().user());
        assertEquals(web, rootless.adapt(web).with(web.namespaces()));
        assertEquals(Map.of(), rootless.problems(web));
        assertEquals(Map.of(), rootless.problems(web("namespaces { user = private, net = private }")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "namespaces.user | namespaces.user = host",
                "namespaces.pid | namespaces.pid = host",
                "namespaces.mount | namespaces.mount = host",
                "namespaces.net | namespaces.net.path = /run/netns/blue",
                "net.bridge | namespaces.net = private, net { bridge = br0, address = 10.0.3.5/24 }",
                "groups | groups = [audio]",
                "pre-start.where | pre-start { command = /bin/a, where = host }",
                "reload.where | reload { command = /bin/a, where = host }",
                "stop.where | stop { command = /bin/a, where = host }",
                "post-stop.where | post-stop { command = /bin/a, where = host }",
                "user-namespace.idmap | namespaces.user = private, user-namespace.idmap = false",
                "user-namespace.uid-map | namespaces.user = private, user-namespace.uid-map = [{inside = 0, outside = 1, size = 1}]"
            })
    void whatTakesRootIsRefused(String key, String text) throws Exception {
        assertEquals(Set.of(key), rootless.problems(web(text)).keySet());
    }

    @Test
    void theNoticeNamesWhatCanBeLimited() {
        assertTrue(Rootless.notice(1000, Set.of("pids")).endsWith("limits that can be given: pids"));
        assertTrue(Rootless.notice(1000, Set.of()).contains("none, for no cgroup with a controller"));
    }
}
