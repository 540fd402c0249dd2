package io.bulkhead.cgroup;

/**
 * Something that a limit will not do, or will do besides, as can be told before it is put in force.
 *
 * @param key of the specification
 * @param sentence what, in plain words
 */
public record Foreseen(String key, String sentence) {}
