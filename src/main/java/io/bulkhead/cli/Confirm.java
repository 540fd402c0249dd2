package io.bulkhead.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The option by which what is changed has to show that it works. */
final class Confirm {
    private static final Pattern LENGTH =
            Pattern.compile("(?:([0-9]{1,2})h)?(?:([0-9]{1,4})m)?(?:([0-9]{1,5})s)?(?:([0-9]{1,8})ms)?");
    private static final Duration LONGEST = Duration.ofDays(1);

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before any method runs
    CommandSpec mixee;

    @Option(
            names = "--confirm",
            paramLabel = "TIME",
            description =
                    "Watch what is new or changed for so long (30s, 5m, at most 24h), and go back to the generation before,"
                            + " with exit code 7, unless all of it comes up and stays up.")
    @Nullable
    String time;

    Optional<Duration> length() {
        if (time == null) {
            return Optional.empty();
        }
        Matcher matcher = LENGTH.matcher(time);
        Duration length = Duration.ZERO;
        if (matcher.matches()) {
            length = Duration.ofHours(number(matcher.group(1)))
                    .plusMinutes(number(matcher.group(2)))
                    .plusSeconds(number(matcher.group(3)))
                    .plusMillis(number(matcher.group(4)));
        }
        if (length.isZero() || length.compareTo(LONGEST) > 0) {
            throw new CommandLine.ParameterException(
                    mixee.commandLine(), "--confirm: \"" + time + "\" is not 30s, 5m or 1h30m, at most 24h");
        }
        return Optional.of(length);
    }

    private static long number(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }
}
