package io.bulkhead.spec;

/**
 * A device that a service may use beyond the harmless ones.
 *
 * @param path of its node on the host, below {@code /dev}; the service finds it under the same path
 * @param access some of {@code r}, {@code w} and {@code m} (make a node), in this order
 */
public record DeviceRule(String path, String access) {
    public static final String ALL = "rwm";

    public DeviceRule {
        if (access.isEmpty() || !access.matches("r?w?m?")) {
            throw new IllegalArgumentException("\"" + access + "\" is not some of r, w, m");
        }
    }

    /** As HOCON has it. */
    @Override
    public String toString() {
        return "{path = " + path + ", access = " + access + "}";
    }
}
