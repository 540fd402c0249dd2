package io.bulkhead.rootfs;

/**
 * What keeps a program from running.
 *
 * @param sentence what is so, without a full stop
 * @param remedy what helps, a command where there is one; or empty
 */
public record Finding(String sentence, String remedy) {}
