package io.bulkhead.cgroup;

import java.nio.file.Path;
import java.util.Set;

/** What came of removing a group. */
public sealed interface Removal {
    /** It is gone from every hierarchy, or never was there. */
    record Removed() implements Removal {}

    /**
     * The kernel didn't let it go in time.
     *
     * @param directory the first directory that stayed
     * @param processes who is inside, by pid; empty where the kernel holds on to it for another reason
     * @param reason the kernel's
     */
    record Busy(Path directory, Set<Integer> processes, String reason) implements Removal {
        public Busy {
            processes = Set.copyOf(processes);
        }

        /** As a sentence: {@code rmdir /sys/fs/cgroup/bulkhead/web: Device or resource busy; processes inside: 12 13}. */
        @Override
        public String toString() {
            StringBuilder text =
                    new StringBuilder("rmdir ").append(directory).append(": ").append(reason);
            if (!processes.isEmpty()) {
                text.append("; processes inside:");
                processes.stream().sorted().forEach(pid -> text.append(' ').append(pid));
            }
            return text.toString();
        }
    }
}
