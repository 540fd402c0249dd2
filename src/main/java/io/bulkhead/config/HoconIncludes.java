package io.bulkhead.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import io.bulkhead.spec.Origin;
import java.io.File;
import java.net.URL;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * HOCON's own {@code include "x"} in one file: {@code x}, or {@code x.conf}, relative to that file. As HOCON has it, a
 * missing file is no error unless it is {@code required(...)}. URLs and the class path are refused, for what a daemon does as
 * root comes from files.
 */
final class HoconIncludes implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
    private static final ConfigObject NOTHING = ConfigFactory.empty().root();

    private final Hocon hocon;
    private final Problems problems;
    private final String text;
    private final List<Path> chain;
    private final Path file;

    HoconIncludes(Hocon hocon, Problems problems, String text, List<Path> chain) {
        this.hocon = hocon;
        this.problems = problems;
        this.text = text;
        this.chain = chain;
        this.file = chain.get(chain.size() - 1);
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
        boolean required = !context.parseOptions().getAllowMissing();
        try {
            Path named = file.resolveSibling(what).normalize();
            Path withSuffix = file.resolveSibling(what + ".conf").normalize();
            return included(
                    hocon.outside().exists(named) || !hocon.outside().exists(withSuffix) ? named : withSuffix,
                    what,
                    required);
        } catch (InvalidPathException e) {
            return refuse(what, "is not a path");
        }
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
        return include(context, what.getPath());
    }

    @Override
    public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
        return refuse(what.toString(), "only files can be included, not URLs");
    }

    @Override
    public ConfigObject includeResources(ConfigIncludeContext context, String what) {
        return refuse(what, "only files can be included, not resources of the class path");
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
        // The library's own includer would look on the class path.
        return this;
    }

    private ConfigObject included(Path next, String what, boolean required) {
        if (!hocon.outside().exists(next)) {
            return required ? refuse(what, next + ": no such file") : NOTHING;
        }
        if (hocon.outside().isIn(chain, next)) {
            return refuse(what, "include cycle: " + Hocon.chain(chain, next));
        }
        List<Path> longer = new ArrayList<>(chain);
        longer.add(next);
        return hocon.parse(longer);
    }

    private ConfigObject refuse(String what, String message) {
        problems.add(new Origin(file.toString(), lineOf(what)), "", "include \"" + what + "\": " + message);
        return NOTHING;
    }

    /** The library doesn't tell where an include stands; the first line that looks like it is near enough. */
    private int lineOf(String what) {
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains("include") && lines.get(i).contains('"' + what + '"')) {
                return i + 1;
            }
        }
        return 0;
    }
}
