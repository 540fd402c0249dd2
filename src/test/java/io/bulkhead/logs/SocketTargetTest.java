package io.bulkhead.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.notify.NotifySocket;
import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.LogSpec.Facility;
import io.bulkhead.spec.LogSpec.Sockets;
import io.bulkhead.spec.LogSpec.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SocketTargetTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private LogSpec spec(Target target) {
        Sockets sockets = new Sockets(socket("syslog"), Facility.LOCAL3, socket("journal"));
        return LogSpec.DEFAULT.to(target, Target.STDOUT).with(sockets);
    }

    private String socket(String name) {
        return directory.resolve(name).toString();
    }

    @Test
    void syslogGetsAMessageALine() throws Exception {
        try (NotifySocket syslog = new NotifySocket(socket("syslog"));
                LogBed bed = new LogBed(directory, spec(Target.SYSLOG))) {
            bed.say("one\n\ntw");
            bed.say("o\n");

            List<String> messages = syslog.messages();
            assertEquals(2, messages.size());
            String head = "<158>1 \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z \\S+ web - stdout - ";
            assertTrue(messages.get(0).matches(head + "one"), messages.get(0));
            assertTrue(messages.get(1).matches(head + "two"), messages.get(1));
        }
    }

    @Test
    void journaldGetsFields() throws Exception {
        try (NotifySocket journal = new NotifySocket(socket("journal"));
                LogBed bed = new LogBed(directory, spec(Target.JOURNALD))) {
            bed.say("one = 1\n");

            assertEquals(List.of("""
                            PRIORITY=6
                            SYSLOG_IDENTIFIER=web
                            BULKHEAD_SERVICE=web
                            BULKHEAD_STREAM=stdout
                            MESSAGE=one = 1
                            """), journal.messages());
        }
    }

    @Test
    void whatNobodyListensToWaits() throws Exception {
        try (LogBed bed = new LogBed(directory, spec(Target.SYSLOG))) {
            bed.say("early\n");
            assertEquals(1, bed.events.size());
            assertTrue(bed.events.get(0).contains("the service waits: connect " + socket("syslog")), bed.events.get(0));

            try (NotifySocket syslog = new NotifySocket(socket("syslog"))) {
                bed.turnsUntil(() -> bed.events.size() == 2);
                assertEquals(1, syslog.messages().size());
            }
            Files.delete(Path.of(socket("syslog")));
            bed.say("between\n");
            try (NotifySocket next = new NotifySocket(socket("syslog"))) {
                bed.turnsUntil(() -> bed.events.size() == 4);
                assertTrue(next.messages().get(0).endsWith("between"));
            }
        }
    }
}
