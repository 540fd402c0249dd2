package io.bulkhead.health;

import java.time.Duration;
import java.util.function.Consumer;

/** Something that a service can be asked, again and again. */
interface Question {
    /**
     * Puts it once.
     *
     * @param timeout when there is no answer by then, that is the answer
     * @param told once, later, by the loop's thread; never after {@link Attempt#cancel}
     */
    Attempt ask(Duration timeout, Consumer<Answer> told);

    /** A question that was put. */
    interface Attempt {
        /** Whatever comes of it is of no interest any more, or it is over. */
        void cancel();
    }
}
