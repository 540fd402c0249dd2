package io.bulkhead.logs;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells who wants to know when a file is written, renamed or emptied, by whomever. Costs nothing while nobody does: the kernel
 * is asked, inotify(7), by a thread that is there only meanwhile. Thread-safe.
 */
public final class Growth {
    private final Map<Path, List<Runnable>> listeners = new HashMap<>();
    private final Map<Path, WatchKey> directories = new HashMap<>();
    private @Nullable WatchService watch;

    /** Has {@code listener} run, often for nothing, by a thread that must not be kept long. The directory exists. */
    public synchronized void listen(Path file, Runnable listener) throws IOException {
        if (watch == null) {
            WatchService fresh = file.getFileSystem().newWatchService();
            Thread thread = new Thread(() -> run(fresh), "log-growth");
            thread.setDaemon(true);
            thread.start();
            watch = fresh;
        }
        Path directory = java.util.Objects.requireNonNull(file.toAbsolutePath().getParent());
        if (!directories.containsKey(directory)) {
            directories.put(
                    directory,
                    directory.register(
                            watch, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_CREATE));
        }
        listeners
                .computeIfAbsent(file.toAbsolutePath(), path -> new ArrayList<>())
                .add(listener);
    }

    /** Does nothing where it doesn't listen. */
    public synchronized void unlisten(Path file, Runnable listener) throws IOException {
        listeners.computeIfPresent(file.toAbsolutePath(), (path, list) -> {
            list.remove(listener);
            return list.isEmpty() ? null : list;
        });
        if (listeners.isEmpty() && watch != null) {
            watch.close();
            watch = null;
            directories.clear();
        }
    }

    private void run(WatchService events) {
        try {
            for (WatchKey key = events.take(); ; key = events.take()) {
                for (WatchEvent<?> event : key.pollEvents()) {
                    changed((Path) key.watchable(), event);
                }
                key.reset();
            }
        } catch (ClosedWatchServiceException e) {
            // Nobody listens any more.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void changed(Path directory, WatchEvent<?> event) {
        if (event.context() instanceof Path name) {
            listeners.getOrDefault(directory.resolve(name), List.of()).forEach(Runnable::run);
            return;
        }
        // Too much at once for the kernel to remember.
        listeners.values().forEach(list -> list.forEach(Runnable::run));
    }
}
