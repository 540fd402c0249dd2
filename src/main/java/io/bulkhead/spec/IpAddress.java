package io.bulkhead.spec;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address of a host, IPv4 or IPv6.
 *
 * @param bytes 4 or 16, in the order in which they are sent
 */
public record IpAddress(List<Byte> bytes) {
    private static final Pattern V4 =
            Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    /** The first of the longest runs of zeros, where :: stands for it. RFC 5952 */
    private static final Pattern ZEROS = Pattern.compile("(?:^|:)0(?::0)+(?=:|$)");

    public IpAddress {
        bytes = List.copyOf(bytes);
    }

    /** The address that a text without names means; empty where it means none. */
    public static Optional<IpAddress> of(String text) {
        if (!V4.matcher(text).matches() && !V6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            // In brackets nothing is looked up.
            InetAddress address = InetAddress.getByName(text.contains(":") ? "[" + text + "]" : text);
            boolean mapped = text.contains(":") && !(address instanceof Inet6Address);
            return mapped ? Optional.empty() : Optional.of(of(address.getAddress()));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static IpAddress of(byte[] bytes) {
        Byte[] boxed = new Byte[bytes.length];
        Arrays.setAll(boxed, i -> bytes[i]);
        return new IpAddress(Arrays.asList(boxed));
    }

    public boolean isV4() {
        return bytes.size() == 4;
    }

    /** 32 or 128. */
    public int bits() {
        return bytes.size() * 8;
    }

    /** Whether the first {@code prefix} bits are the same. */
    public boolean isInNetwork(IpAddress other, int prefix) {
        if (bits() != other.bits()) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            int mask = 0x80 >> bit % 8;
            if ((bytes.get(bit / 8) & mask) != (other.bytes.get(bit / 8) & mask)) {
                return false;
            }
        }
        return true;
    }

    public InetAddress toInetAddress() {
        byte[] raw = new byte[bytes.size()];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = bytes.get(i);
        }
        try {
            return InetAddress.getByAddress(raw);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(bytes + " are neither 4 nor 16", e);
        }
    }

    /** {@code 10.0.3.5}, {@code fd00::5}. */
    @Override
    public String toString() {
        String text = toInetAddress().getHostAddress();
        Matcher runs = ZEROS.matcher(text);
        String longest = "";
        int at = 0;
        while (runs.find()) {
            if (runs.group().length() - (runs.group().startsWith(":") ? 1 : 0)
                    > longest.length() - (longest.startsWith(":") ? 1 : 0)) {
                longest = runs.group();
                at = runs.start();
            }
        }
        if (longest.isEmpty()) {
            return text;
        }
        String rest = text.substring(at + longest.length());
        return text.substring(0, at) + (rest.isEmpty() ? "::" : ":" + rest);
    }
}
