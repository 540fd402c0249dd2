package io.bulkhead.spec;

/**
 * How many running copies of a service there are.
 *
 * @param count 1 to {@link #MOST}
 * @param maxUnavailable how many of them may be down at a time while they are changed or restarted one after the other, 1 or
 *     more; {@link #ALL} at once
 */
public record Instances(int count, int maxUnavailable) {
    public static final int MOST = 1_000;
    public static final int ALL = Integer.MAX_VALUE;
    public static final Instances ONE = new Instances(1, 1);

    public Instances {
        if (count < 1 || count > MOST || maxUnavailable < 1) {
            throw new IllegalArgumentException(count + " instances, " + maxUnavailable + " unavailable");
        }
    }
}
