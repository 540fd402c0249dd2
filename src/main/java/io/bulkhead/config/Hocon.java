package io.bulkhead.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.bulkhead.spec.Origin;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One file's text as the library's tree, its substitutions still open, HOCON's own includes followed. */
final class Hocon {
    private static final Pattern INTERNAL = Pattern.compile("\\b(Simple)?Config[A-Z]|typesafe|Exception|\\bBUG\\b");

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
        try {
            String text = sources.read(file);
            Nesting.check(text);
            return ConfigFactory.parseString(text, options(tag, text, chain)).root();
        } catch (Unreadable e) {
            problems.add(new Origin(file.toString(), e.line()), "", e.message());
        } catch (ConfigException e) {
            Origin origin = sources.origin(e).orElse(new Origin(file.toString(), 0));
            problems.add(origin, "", explained(e));
        } catch (StackOverflowError e) {
            problems.add(new Origin(file.toString(), 0), "", "is nested too deeply");
        }
        return ConfigFactory.empty().root();
    }

    /** What the library says, without its own names. */
    String explained(ConfigException e) {
        String message = sources.untagged(String.valueOf(e.getMessage()));
        if (message.startsWith("Cannot concatenate")) {
            return "an object or a list and a plain value cannot be written side by side";
        }
        return INTERNAL.matcher(message).find() ? "is not HOCON" : message;
    }

    /** {@code a.conf -> b.conf -> a.conf} */
    static String chain(List<Path> chain, Path next) {
        return Stream.concat(chain.stream(), Stream.of(next))
                .map(Path::toString)
                .collect(Collectors.joining(" -> "));
    }

    private ConfigParseOptions options(String tag, String text, List<Path> chain) {
        return ConfigParseOptions.defaults()
                .setSyntax(ConfigSyntax.CONF)
                .setOriginDescription(tag)
                .setIncluder(new HoconIncludes(this, problems, text, chain));
    }
}
