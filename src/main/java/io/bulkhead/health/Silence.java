package io.bulkhead.health;

import io.bulkhead.health.NotifyMessage.Watchdog;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.HealthState;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The watchdog: a service that says that it is alive is well, until it has been silent for too long. Of the loop's thread. */
final class Silence {
    /** Who is taken for ill stays so for a while, lest one that says this and that in turn keeps everybody busy. */
    private static final Duration RECOVERY = Duration.ofSeconds(1);

    private final ProbeLoop loop;
    private final BiConsumer<HealthState, String> told;
    private Duration within;
    private long illSince;
    private boolean ill;
    private Timers.@Nullable Timer timer;

    /** @param told the state, and why */
    Silence(ProbeLoop loop, Duration within, BiConsumer<HealthState, String> told) {
        this.loop = loop;
        this.within = within;
        this.told = told;
    }

    /** @param patience how long nothing counts yet */
    void begin(Duration patience) {
        await(within.plus(patience.isNegative() ? Duration.ZERO : patience));
    }

    private void await(Duration time) {
        end();
        timer = loop.after(time, () -> illBecause("no WATCHDOG=1 within " + SpecKey.text(within)));
    }

    private void illBecause(String why) {
        ill = true;
        illSince = loop.timers().now();
        told.accept(HealthState.UNHEALTHY, why);
    }

    void hear(NotifyMessage message) {
        within = message.within().orElse(within);
        if (message.watchdog() == Watchdog.TRIGGER) {
            if (!ill) {
                illBecause("it said WATCHDOG=trigger");
            }
        } else if (message.watchdog() == Watchdog.ALIVE) {
            await(within);
            if (!ill || loop.timers().now() - illSince >= RECOVERY.toNanos()) {
                ill = false;
                told.accept(HealthState.HEALTHY, "it said WATCHDOG=1");
            }
        } else if (message.within().isPresent() && !ill) {
            await(within);
        }
    }

    void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
