package io.bulkhead.events;

import io.bulkhead.control.wire.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Something that happened.
 *
 * @param service its name, or empty where it concerns the daemon
 * @param text what happened and why, for people
 * @param details the same for programs: strings, numbers, flags and lists of strings by name
 */
public record Event(Instant at, Kind kind, String service, String text, Map<String, Object> details) {
    /** What can happen. Readers know each by its lower-case name and are to expect new ones. */
    public enum Kind {
        /** The daemon came, is ready, or went. */
        DAEMON,
        /** Somebody asked for something. */
        COMMAND,
        /** The configuration was put in force, or refused. */
        CONFIGURATION,
        /** A service went from one state to another. */
        STATE,
        /** A process was started, or could not be. */
        LAUNCH,
        /** A command around a service's run was run. */
        HOOK,
        /** A service has named another process as its main one. */
        MAINPID,
        /** A process that an earlier daemon started was taken up. */
        ADOPTION,
        /** The main process was sent a signal. */
        SIGNAL,
        /** All that was left in a group was killed. */
        KILL,
        /** A service is ready, or its health is another. */
        PROBE,
        /** A limit was put in force, or could not be. */
        LIMIT,
        /** Somebody else changed a limit. */
        DRIFT,
        /** The time for a run has come, and none was begun. */
        SCHEDULE,
        /** A service, or a group that belongs to none, is no more. */
        REMOVAL,
        /** A service's output can't be written, or can be again. */
        LOG
    }

    public Event {
        details = Map.copyOf(details);
    }

    /** One line of JSON. */
    byte[] line(long number) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("number", number);
        object.put("at", at.toString());
        object.put("kind", kind.name().toLowerCase(Locale.ROOT));
        if (!service.isEmpty()) {
            object.put("service", service);
        }
        object.put("text", text);
        if (!details.isEmpty()) {
            object.put("details", new java.util.TreeMap<>(details));
        }
        return Json.write(object);
    }
}
