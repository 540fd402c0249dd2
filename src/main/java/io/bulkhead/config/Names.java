package io.bulkhead.config;

import io.bulkhead.spec.ServiceName;
import java.util.regex.Pattern;

/** The kinds of names a configuration holds. */
final class Names {
    /** A user's or a group's name or number. The largest number is (uid_t) -1, which means "none" to the kernel. */
    static final Scalar<String> ACCOUNT = new Scalar<>("a name or a number", Names::account);

    /** An environment variable's. */
    static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /** What is wrong with any other name. */
    static final String NOT_A_VARIABLE =
            "is not a variable's name: allowed are letters, digits and _, not beginning with a digit";

    /** What is wrong with a name that is no service's. */
    static final String NOT_A_SERVICE = "is not a service's name: allowed are " + ServiceName.ALLOWED;

    /** A service's. */
    static final Scalar<String> SERVICE = new Scalar<>("a service's name", text -> {
        if (!ServiceName.isValid(text)) {
            throw new Refusal(NOT_A_SERVICE);
        }
        return text;
    });

    /** A host's: labels as RFC 1123 has them, and the length the kernel allows ({@code __NEW_UTS_LEN}). */
    static final Scalar<String> HOST = Scalar.matching(
            "a host name: at most 64 letters, digits, '-' and '.', each label beginning and ending with a letter or digit",
            Pattern.compile("(?=.{1,64}$)" + label() + "(\\." + label() + ")*"));

    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@-]{0,254}\\$?");
    private static final Scalar<Long> ID = Scalar.integer(0, 4_294_967_294L);

    private Names() {}

    private static String account(String text) throws Refusal {
        if (NUMBER.matcher(text).matches()) {
            return Long.toString(ID.read(text));
        }
        if (!NAME.matcher(text).matches()) {
            throw new Refusal("is not a user's or group's name or number");
        }
        return text;
    }

    private static String label() {
        return "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    }
}
