package io.bulkhead.daemon;

import io.bulkhead.config.ConfigLoader;
import io.bulkhead.generations.Composition;
import io.bulkhead.generations.Generation;
import io.bulkhead.generations.Generations;
import io.bulkhead.reconcile.Beginning;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Configuration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a daemon begins with: what the files say; but a generation that somebody went back to, as long as the files are those that
 * it was gone back from.
 */
final class FirstConfiguration {
    private static final Logger log = LoggerFactory.getLogger(FirstConfiguration.class);

    private FirstConfiguration() {}

    static Beginning choose(ConfigLoader loader, Path file) throws ConfigException {
        Configuration read = loader.readTolerant(file);
        Generations generations = Generations.open(read.host().supervisor().stateDir());
        String files = read.text().fingerprint();
        Optional<Generation> held =
                generations.newest().filter(g -> g.held() && g.files().equals(files));
        if (held.isPresent()) {
            try {
                Composition text = generations.composition(held.get().number());
                return new Beginning(
                        text.host(kept -> loader.readTolerant(kept).host()), text, files, true, generations);
            } catch (IOException e) {
                log.error("{} cannot be in force, what the files say is: {}", held.get(), e.getMessage());
            } catch (ConfigException e) {
                log.error("{} cannot be in force, what the files say is: {}", held.get(), e.problems());
            }
        }
        return new Beginning(read.host(), Composition.of(read.text()), files, false, generations);
    }
}
