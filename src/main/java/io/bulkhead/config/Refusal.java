package io.bulkhead.config;

/** Why a text is not the value it should be: a predicate to be put behind what was found, {@code is outside 1 to 5}. */
final class Refusal extends Exception {
    Refusal(String predicate) {
        super(predicate);
    }

    String predicate() {
        return String.valueOf(getMessage());
    }
}
