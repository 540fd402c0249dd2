package io.bulkhead.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.bulkhead.spec.Origin;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One file's text as the library's tree, its substitutions still open, HOCON's own includes followed. */
final class Hocon {
    private final Sources sources;
    private final Problems problems;

    Hocon(Sources sources, Problems problems) {
        this.sources = sources;
        this.problems = problems;
    }

    /**
     * The tree of the last file of {@code chain}, empty where it cannot be had: then there is a problem more.
     *
     * @param chain the files of which each includes the next
     */
    ConfigObject parse(List<Path> chain) {
        Path file = chain.get(chain.size() - 1);
        String tag = sources.tag(file);
        String text = "";
        try {
            text = sources.read(file);
            String checked = FirstPass.over(text);
            return ConfigFactory.parseString(checked, options(tag, text, chain)).root();
        } catch (Unreadable e) {
            problems.add(new Origin(file.toString(), e.line()), "", e.message());
        } catch (ConfigException e) {
            int noticed = sources.origin(e).map(Origin::line).orElse(0);
            int line = Explanation.line(text, noticed, message(e));
            problems.add(new Origin(file.toString(), line), "", explained(e));
        } catch (StackOverflowError e) {
            problems.add(new Origin(file.toString(), 0), "", "is nested too deeply");
        }
        return ConfigFactory.empty().root();
    }

    Outside outside() {
        return sources.outside();
    }

    /** What the library says, without its own names. */
    String explained(ConfigException e) {
        return Explanation.of(message(e));
    }

    /** {@code a.conf -> b.conf -> a.conf} */
    static String chain(List<Path> chain, Path next) {
        return Stream.concat(chain.stream(), Stream.of(next))
                .map(Path::toString)
                .collect(Collectors.joining(" -> "));
    }

    private String message(ConfigException e) {
        return sources.untagged(String.valueOf(e.getMessage()));
    }

    private ConfigParseOptions options(String tag, String text, List<Path> chain) {
        return ConfigParseOptions.defaults()
                .setSyntax(ConfigSyntax.CONF)
                .setOriginDescription(tag)
                .setIncluder(new HoconIncludes(this, problems, text, chain));
    }
}
