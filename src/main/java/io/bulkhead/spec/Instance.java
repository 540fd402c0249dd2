package io.bulkhead.spec;

import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Which running copy of a service: what every service has one of, and one with {@code instances = N} has N of.
 *
 * <p>The first has the service's own name, the others that with {@code _01}, {@code _02}, … behind it; so that a service of
 * which there are to be more goes on as the first of them.
 *
 * @param service the name that the configuration declares
 * @param index from 0
 * @param instances how many there are in all, and how they are changed
 */
public record Instance(ServiceName service, int index, Instances instances) implements Comparable<Instance> {
    public Instance {
        Objects.requireNonNull(service);
        if (index < 0 || index >= instances.count()) {
            throw new IllegalArgumentException("instance " + index + " of " + instances.count());
        }
    }

    /** The one there is of most services. */
    public static Instance only(ServiceName service) {
        return new Instance(service, 0, Instances.ONE);
    }

    /** By what it is known to the kernel and in the file system. */
    public ServiceName name() {
        return index == 0 ? service : new ServiceName(numbered(service.value(), index));
    }

    /** Its name within its group, as people see it: {@code web}, or of several {@code web_00}. */
    public String process() {
        return instances.count() == 1 ? service.value() : numbered(service.value(), index);
    }

    /** Its whole name as people see it: {@code web}, or {@code web:web_00}. */
    public String shown() {
        return shown(service.value(), process());
    }

    /** The whole name of a process in a group. */
    public static String shown(String group, String process) {
        return group.equals(process) ? process : group + ":" + process;
    }

    /**
     * Whether somebody who types {@code text} means, perhaps among others, a process in a group: {@code web} and
     * {@code web:*} are all of a service, {@code web:web_01} and {@code web_01} one of them.
     */
    public static boolean isNamed(String group, String process, String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return text.equals(group) || text.equals(process) || isAll(text);
        }
        String within = text.substring(colon + 1);
        return text.substring(0, colon).equals(group)
                && (within.isEmpty() || within.equals("*") || within.equals(process));
    }

    /** Whether {@code text} means all there are. */
    public static boolean isAll(String text) {
        return text.equals("all") || text.equals("*");
    }

    /** {@code 07}: two digits, from 100 on three. */
    public static String padded(int index) {
        return index < 10 ? "0" + index : Integer.toString(index);
    }

    /** Whether it, or another of the service's instances, is of that name. */
    public boolean isNumbered(String process) {
        return IntStream.range(0, instances.count()).anyMatch(i -> process.equals(numbered(service.value(), i)));
    }

    static String numbered(String service, int index) {
        return service + "_" + padded(index);
    }

    @Override
    public int compareTo(Instance other) {
        int byService = service.compareTo(other.service);
        return byService != 0 ? byService : Integer.compare(index, other.index);
    }
}
