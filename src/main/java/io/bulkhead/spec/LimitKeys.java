package io.bulkhead.spec;

import io.bulkhead.spec.SpecKey.Effect;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/** The keys of a service's limits: all are applied live, but for device nodes, which are made when it is launched. */
final class LimitKeys {
    private static final String UNLIMITED = "unlimited";
    private static final String DEFAULT = "default";

    private LimitKeys() {}

    /** In the order in which they are shown. */
    static List<SpecKey> all() {
        return List.of(
                live(
                        "cpu.period",
                        l -> l.cpu()
                                .bandwidth()
                                .map(c -> SpecKey.text(c.period()))
                                .orElse(DEFAULT)),
                live(
                        "cpu.quota",
                        l -> l.cpu()
                                .bandwidth()
                                .map(c -> SpecKey.text(c.quota()))
                                .orElse(UNLIMITED)),
                live("cpu.burst", l -> l.cpu().burst().map(SpecKey::text).orElse(DEFAULT)),
                live("cpu.weight", l -> number(l.cpu().weight())),
                live("cpu.idle", l -> text(l.cpu().idle(), DEFAULT)),
                live("cpu.cpus", l -> text(l.cpuset().cpus(), DEFAULT)),
                live("cpu.mems", l -> text(l.cpuset().mems(), DEFAULT)),
                live("memory.max", l -> bytes(l.memory().max(), UNLIMITED)),
                live("memory.high", l -> bytes(l.memory().high(), UNLIMITED)),
                live("memory.low", l -> bytes(l.memory().low(), DEFAULT)),
                live("memory.swap", l -> bytes(l.memory().swap(), DEFAULT)),
                live("memory.oom-group", l -> text(l.memory().oomGroup(), DEFAULT)),
                live(
                        "pids.max",
                        l -> l.pidsMax().isPresent() ? Long.toString(l.pidsMax().getAsLong()) : UNLIMITED),
                live("io.weight", l -> number(l.io().weight())),
                live("io.limits", l -> l.io().devices().toString()),
                live("hugetlb", l -> map(l.hugetlb(), " B")),
                live("rdma", l -> map(l.rdma(), "")),
                live(
                        "net.class-id",
                        l -> l.net().classId().isPresent()
                                ? "0x" + Long.toHexString(l.net().classId().getAsLong())
                                : DEFAULT),
                live("net.priority", l -> map(l.net().priorities(), "")),
                live("misc", l -> map(l.misc(), "")),
                new SpecKey("devices", Effect.RESTART, s -> s.limits().devices().toString()));
    }

    private static SpecKey live(String path, Function<Limits, String> value) {
        return new SpecKey(path, Effect.LIVE, spec -> value.apply(spec.limits()));
    }

    private static String text(Optional<?> value, String otherwise) {
        return value.isPresent() ? value.get().toString() : otherwise;
    }

    private static String number(OptionalInt value) {
        return value.isPresent() ? Integer.toString(value.getAsInt()) : DEFAULT;
    }

    private static String bytes(OptionalLong value, String otherwise) {
        if (value.isEmpty()) {
            return otherwise;
        }
        return value.getAsLong() == Long.MAX_VALUE ? UNLIMITED : value.getAsLong() + " B";
    }

    private static String map(Map<String, ?> values, String unit) {
        StringBuilder text = new StringBuilder("{");
        values.forEach((name, value) -> text.append(text.length() > 1 ? ", " : "")
                .append(name)
                .append(" = ")
                .append(value)
                .append(unit));
        return text.append('}').toString();
    }
}
