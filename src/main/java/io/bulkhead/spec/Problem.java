package io.bulkhead.spec;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One thing that is wrong with a configuration.
 *
 * @param origin file and line
 * @param key the key's full path ({@code services.web.cpu.period}); empty for a file that cannot be read or parsed
 * @param service the service that cannot run because of it, where it concerns one alone
 * @param message what was found and what is allowed
 */
public record Problem(Origin origin, String key, Optional<ServiceName> service, String message) {
    private static final int MOST = 3;
    private static final int LONGEST = 160;
    private static final String LIST = "; allowed ";

    /** The first few in a line that can be shown with others: without the list of what is allowed where that makes it long. */
    public static String brief(List<Problem> problems) {
        String first = problems.stream().limit(MOST).map(Problem::brief).collect(Collectors.joining("; "));
        return problems.size() > MOST ? first + "; and " + (problems.size() - MOST) + " more errors" : first;
    }

    private String brief() {
        int list = message.length() > LONGEST ? message.indexOf(LIST) : -1;
        String found = list < 0 ? message : message.substring(0, list);
        return new Problem(origin, key, service, Evidence.line(found, LONGEST)).toString();
    }

    @Override
    public String toString() {
        return key.isEmpty() ? origin + ": " + message : origin + ": " + key + ": " + message;
    }
}
