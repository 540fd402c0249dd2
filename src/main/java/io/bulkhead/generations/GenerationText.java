package io.bulkhead.generations;

import io.bulkhead.control.wire.Fields;
import io.bulkhead.control.wire.Json;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.generations.Composition.Part;
import io.bulkhead.generations.Generation.Watch;
import io.bulkhead.spec.SourceText;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** A generation as two lines of JSON: what is known of it, and what it was read from. */
final class GenerationText {
    private GenerationText() {}

    static byte[] head(Generation generation) {
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("version", 1);
        head.put("number", generation.number());
        head.put("at", generation.at().toString());
        head.put("by", generation.by());
        head.put("cause", generation.cause());
        head.put("changes", generation.changes());
        head.put("hash", generation.hash());
        head.put("content", generation.content());
        head.put("files", generation.files());
        head.put("held", generation.held());
        generation
                .watch()
                .ifPresent(watch -> head.put(
                        "watch",
                        Map.of("back", watch.back(), "until", watch.until().toString(), "services", watch.services())));
        return Json.write(head);
    }

    static Generation head(byte[] line) throws WireException {
        Fields head = Json.read(line);
        try {
            return new Generation(
                    head.number("number"),
                    Instant.parse(head.text("at")),
                    head.text("by"),
                    head.text("cause"),
                    head.text("changes"),
                    head.text("hash"),
                    head.number("content"),
                    head.text("files"),
                    head.flag("held", false),
                    head.has("watch") ? Optional.of(watch(head.object("watch"))) : Optional.empty());
        } catch (DateTimeException e) {
            throw new WireException("not a time: " + e.getMessage());
        }
    }

    private static Watch watch(Fields watch) throws WireException {
        return new Watch(watch.number("back"), Instant.parse(watch.text("until")), watch.texts("services"));
    }

    static byte[] body(Composition composition) {
        List<Object> parts = new ArrayList<>();
        for (Part part : composition.parts()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("main", part.text().main().toString());
            part.services().ifPresent(names -> object.put("services", List.copyOf(names)));
            // In pairs: a question may be longer than what a name of a field is read as.
            List<Object> answers = new ArrayList<>();
            part.text().answers().forEach((question, answer) -> {
                answers.add(question);
                answers.add(answer);
            });
            object.put("answers", answers);
            parts.add(object);
        }
        return Json.write(Map.of("parts", parts));
    }

    static Composition body(byte[] line) throws WireException {
        List<Part> parts = new ArrayList<>();
        for (Fields object : Json.read(line).objects("parts")) {
            List<String> words = object.texts("answers");
            SortedMap<String, String> answers = new TreeMap<>();
            for (int i = 0; i + 1 < words.size(); i += 2) {
                answers.put(words.get(i), words.get(i + 1));
            }
            parts.add(new Part(
                    new SourceText(Path.of(object.text("main")), answers),
                    object.has("services") ? Optional.of(new TreeSet<>(object.texts("services"))) : Optional.empty()));
        }
        if (parts.isEmpty()) {
            throw new WireException("no parts");
        }
        return new Composition(parts);
    }
}
