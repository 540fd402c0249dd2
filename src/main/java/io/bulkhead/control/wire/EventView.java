package io.bulkhead.control.wire;

/**
 * A line of {@code GET /v1/events}: something that happened.
 *
 * @param number counts from 1; where one is missing, it was too old to be kept
 * @param at ISO-8601
 * @param kind {@code state}, {@code launch}, {@code drift}, …: there may be new ones
 * @param service its name, or empty where it concerns the daemon
 * @param text for people
 * @param details the same for programs, by kind
 */
public record EventView(long number, String at, String kind, String service, String text, Fields details) {
    public static EventView of(Fields fields) throws WireException {
        return new EventView(
                fields.longNumber("number"),
                fields.text("at"),
                fields.text("kind"),
                fields.optionalText("service").orElse(""),
                fields.text("text"),
                fields.objectOrEmpty("details"));
    }
}
