package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every script in {@code examples/}, run as its readers run it. */
@KernelTest
final class ExamplesIT {
    @ParameterizedTest
    @ValueSource(strings = {"quickstart.sh", "run.sh", "shop.sh"})
    void leavesNothingBehind(String example) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("examples/" + example).redirectErrorStream(true);
        builder.environment()
                .put(
                        "BULKHEAD_BIN",
                        Path.of(System.getProperty("bulkhead.dist", "target/bulkhead"), "bin")
                                .toString());

        Process script = builder.start();
        String output = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertEquals(0, script.waitFor(), output);
        assertTrue(output.endsWith("nothing left behind\n"), output);
    }
}
