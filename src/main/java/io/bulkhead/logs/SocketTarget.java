package io.bulkhead.logs;

import io.bulkhead.libc.Datagrams;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.LogSpec;
import java.nio.charset.StandardCharsets;

/** syslog or journald: a datagram a line, connected to when there is one to send. */
abstract sealed class SocketTarget implements LogTarget {
    private static final int INFO = 6;
    private static final int ERROR = 3;
    private static final int WARNING = 4;

    private final Linux linux;
    private final Datagrams datagrams;
    private final String address;
    private int fd = -1;

    private SocketTarget(Linux linux, String address) {
        this.linux = linux;
        this.datagrams = linux.datagrams();
        this.address = address;
    }

    static SocketTarget of(Linux linux, LogSpec.Target target, LogSpec.Sockets sockets, String service) {
        return target == LogSpec.Target.SYSLOG
                ? new Syslog(linux, sockets.syslog(), sockets.facility(), service)
                : new Journald(linux, sockets.journald(), service);
    }

    /** Writes a message with one line in it. */
    abstract void message(Text out, byte[] data, int from, int until, int severity, String stream);

    /** For a message that is longer than the socket takes. */
    abstract void sendLong(Datagrams datagrams, int fd, Scratch scratch) throws ErrnoException;

    @Override
    public int deliver(LogStream stream, Spool spool, Scratch scratch, int count, boolean last) throws ErrnoException {
        int severity = stream.name().equals("stderr") ? ERROR : INFO;
        int from = 0;
        while (from < count) {
            int end = Text.lineEnd(scratch.input(), from, count);
            if (end < 0 && !last) {
                break;
            }
            int until = end < 0 ? count : end;
            if (until > from) {
                scratch.output().clear();
                message(scratch.output(), scratch.input(), from, until, severity, stream.name());
                send(scratch);
            }
            int next = end < 0 ? count : end + 1;
            spool.done(next - from);
            from = next;
        }
        return from;
    }

    private void send(Scratch scratch) throws ErrnoException {
        try {
            if (fd < 0) {
                fd = datagrams.connect(address);
            }
            datagrams.send(fd, scratch.outgoing(), scratch.output().size(), address);
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.EMSGSIZE) {
                sendLong(datagrams, fd, scratch);
                return;
            }
            if (e.errno() != ErrnoException.EAGAIN) {
                close(); // another one may listen there by the next time
            }
            throw e;
        }
    }

    String address() {
        return address;
    }

    @Override
    public Object device() {
        return address;
    }

    @Override
    public void tell(String line, Scratch scratch) throws ErrnoException {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        scratch.output().clear();
        message(scratch.output(), bytes, 0, bytes.length, WARNING, LineFormat.OWN);
        send(scratch);
    }

    @Override
    public void takeBack(Spool spool) {}

    @Override
    public String toString() {
        return address;
    }

    @Override
    public void close() {
        if (fd >= 0) {
            linux.close(fd);
            fd = -1;
        }
    }

    /** RFC 5424, without structured data. */
    private static final class Syslog extends SocketTarget {
        private final int facility;
        private final String service;
        private final String host;

        Syslog(Linux linux, String address, LogSpec.Facility facility, String service) {
            super(linux, address);
            this.facility = facility.number();
            this.service = service;
            String name;
            try {
                name = linux.readFile("/proc/sys/kernel/hostname");
            } catch (ErrnoException e) {
                name = "-";
            }
            this.host = name.isEmpty() ? "-" : name;
        }

        @Override
        void message(Text out, byte[] data, int from, int until, int severity, String stream) {
            out.add("<" + (facility * 8 + severity) + ">1 " + LineFormat.time(System.currentTimeMillis()) + " " + host
                    + " " + appName() + " - " + stream + " - ");
            out.add(data, from, until);
        }

        /** At most 48 characters, RFC 5424, 6. */
        private String appName() {
            return service.length() > 48 ? service.substring(0, 48) : service;
        }

        @Override
        void sendLong(Datagrams datagrams, int fd, Scratch scratch) throws ErrnoException {
            // syslog has no other way: what it takes is better than nothing.
            datagrams.send(fd, scratch.outgoing(), Math.min(scratch.output().size(), 8_192), address());
        }
    }

    /**
     * systemd-journald's native protocol.
     *
     * @see <a href="https://systemd.io/JOURNAL_NATIVE_PROTOCOL/">Native Journal Protocol</a>
     */
    private static final class Journald extends SocketTarget {
        private final String service;

        Journald(Linux linux, String address, String service) {
            super(linux, address);
            this.service = service;
        }

        @Override
        void message(Text out, byte[] data, int from, int until, int severity, String stream) {
            out.add("PRIORITY=" + severity + "\nSYSLOG_IDENTIFIER=" + service + "\nBULKHEAD_SERVICE=" + service
                    + "\nBULKHEAD_STREAM=" + stream + "\nMESSAGE=");
            out.add(data, from, until).add('\n');
        }

        @Override
        void sendLong(Datagrams datagrams, int fd, Scratch scratch) throws ErrnoException {
            datagrams.sendAsFile(fd, scratch.outgoing(), scratch.output().size(), address());
        }
    }
}
