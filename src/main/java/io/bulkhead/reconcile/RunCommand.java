package io.bulkhead.reconcile;

import java.util.Optional;

/**
 * A command to be run in a container of its own, once.
 *
 * @param name a service's, that no service has
 * @param configuration as a file with nothing but {@code services.NAME}
 * @param attachment empty: nobody attends it, and its output goes where a service's goes
 */
public record RunCommand(String name, String configuration, Optional<Attachment> attachment) {}
