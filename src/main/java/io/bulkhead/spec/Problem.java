package io.bulkhead.spec;

import java.util.Optional;

/**
 * One thing that is wrong with a configuration.
 *
 * @param origin file and line
 * @param key the key's full path ({@code services.web.cpu.period}); empty for a file that cannot be read or parsed
 * @param service the service that cannot run because of it, where it concerns one alone
 * @param message what was found and what is allowed
 */
public record Problem(Origin origin, String key, Optional<ServiceName> service, String message) {
    @Override
    public String toString() {
        return key.isEmpty() ? origin + ": " + message : origin + ": " + key + ": " + message;
    }
}
