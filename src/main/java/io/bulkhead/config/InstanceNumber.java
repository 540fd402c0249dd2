package io.bulkhead.config;

import com.typesafe.config.ConfigUtil;
import io.bulkhead.spec.Instance;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code ${instance}} stands for while a service is read, and {@code ${instance.padded}}.
 *
 * <p>HOCON replaces substitutions before anybody knows whose value it is; so it is given a mark for these, for which the number
 * is put in when the value is read. In quotes there are no substitutions, but whoever sets {@code instances} and writes one
 * there means it all the same.
 */
final class InstanceNumber {
    private static final String NUMBER = "instance";
    private static final String PADDED = "instance.padded";
    /** Private-use characters, as no configuration has any use for. */
    private static final Map<String, String> MARKS = Map.of(NUMBER, "\uE001", PADDED, "\uE002");

    private final Map<String, String> texts;
    private final boolean inQuotes;
    private boolean used;

    private InstanceNumber(Map<String, String> texts, boolean inQuotes) {
        this.texts = texts;
        this.inQuotes = inQuotes;
    }

    /** Of what is no service. */
    static InstanceNumber none() {
        return new InstanceNumber(Map.of(), false);
    }

    /** @param inQuotes whether it is replaced where HOCON doesn't */
    static InstanceNumber of(int index, boolean inQuotes) {
        return new InstanceNumber(Map.of(NUMBER, Integer.toString(index), PADDED, Instance.padded(index)), inQuotes);
    }

    /** What HOCON is to put in the place of a substitution, if it is one of ours. */
    static Optional<String> mark(List<String> path) {
        return Optional.ofNullable(MARKS.get(ConfigUtil.joinPath(path)));
    }

    /** {@code text} with the number in it. */
    String in(String text) throws Refusal {
        String result = text;
        for (Map.Entry<String, String> mark : MARKS.entrySet()) {
            String name = "${" + mark.getKey() + "}";
            String number = texts.get(mark.getKey());
            boolean marked = result.contains(mark.getValue());
            if (marked && number == null) {
                throw new Refusal(name + " is known in services only");
            }
            if (number != null && (marked || (inQuotes && result.contains(name)))) {
                used = true;
                result = result.replace(mark.getValue(), number);
                result = inQuotes ? result.replace(name, number) : result;
            }
        }
        return result;
    }

    /** Whether any value depends on it. */
    boolean isUsed() {
        return used;
    }
}
