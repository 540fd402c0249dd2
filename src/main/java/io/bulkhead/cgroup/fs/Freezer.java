package io.bulkhead.cgroup.fs;

/**
 * The file that stops and continues a group.
 *
 * @param file its name
 * @param frozen what is written to stop the group
 * @param thawed what is written to let it go on
 * @param stateFile what tells whether it has stopped
 * @param stopped a line of that where it has
 */
public record Freezer(String file, String frozen, String thawed, String stateFile, String stopped) {}
