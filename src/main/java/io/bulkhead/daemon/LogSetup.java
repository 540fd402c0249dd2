package io.bulkhead.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Map;

/**
 * The daemon's own log: standard error, a line an event; in code, for reading logback's XML would take longer than all else
 * in a start; and {@link OwnLog}. {@code BULKHEAD_LOG_LEVEL} in the environment sets the level, INFO if unset.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        Map<String, String> environment = System.getenv();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        // The journal has its own times and priorities (sd-daemon(3)).
        encoder.setPattern(
                environment.containsKey("JOURNAL_STREAM")
                        ? "%level %msg%n%rEx"
                        : "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %msg%n%rEx");
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        OwnLog.INSTANCE.setContext(context);
        OwnLog.INSTANCE.start();
        root.addAppender(OwnLog.INSTANCE);
        context.getLogger("io.bulkhead")
                .setLevel(Level.toLevel(environment.getOrDefault("BULKHEAD_LOG_LEVEL", "INFO"), Level.INFO));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
