package io.bulkhead.health;

/**
 * What came of a question.
 *
 * @param good whether it is ready, or well
 * @param text in words: {@code http GET /health: 503}
 * @param evidence what it printed with that; or empty
 */
record Answer(boolean good, String text, String evidence) {
    static Answer good(String text) {
        return new Answer(true, text, "");
    }

    static Answer bad(String text) {
        return new Answer(false, text, "");
    }
}
