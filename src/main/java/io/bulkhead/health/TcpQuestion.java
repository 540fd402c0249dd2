package io.bulkhead.health;

import io.bulkhead.libc.Linux;
import java.time.Duration;
import java.util.function.Consumer;

/** Whether it accepts a connection. */
final class TcpQuestion implements Question {
    private final ProbeLoop loop;
    private final Linux linux;
    private final Target target;

    TcpQuestion(ProbeLoop loop, Linux linux, Target target) {
        this.loop = loop;
        this.linux = linux;
        this.target = target;
    }

    @Override
    public Attempt ask(Duration timeout, Consumer<Answer> told) {
        return new SocketAttempt(loop, linux, target, timeout, told) {
            @Override
            void connected() {
                answer(Answer.good("accepts connections on " + target));
                cancel();
            }

            @Override
            String prefix() {
                return "";
            }
        };
    }
}
