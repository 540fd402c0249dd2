package io.bulkhead.docs;

import io.bulkhead.cli.completion.Shell;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine;

/**
 * Writes all documents: {@code Documents TEMPLATES REFERENCE TIME DIRECTORY}, the last as {@code /usr/share} has it. TIME is
 * the release's, {@code 2026-01-01T00:00:00Z}.
 */
public final class Documents {
    private static final List<String> PAGES = List.of("supervisorctl.1", "supervisord.conf.5", "supervisord.8");
    /** As a Debian changelog has it, deb-changelog(5). */
    private static final DateTimeFormatter DEBIAN_TIME =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss xx", Locale.ROOT);

    private final Path templates;
    private final String reference;
    private final OffsetDateTime time;

    private Documents(Path templates, String reference, OffsetDateTime time) {
        this.templates = templates;
        this.reference = reference;
        this.time = time;
    }

    public static void main(String[] arguments) throws IOException {
        new Documents(
                        Path.of(arguments[0]),
                        Files.readString(Path.of(arguments[1])),
                        OffsetDateTime.parse(arguments[2]))
                .write(Path.of(arguments[3]));
    }

    private void write(Path share) throws IOException {
        for (String page : PAGES) {
            String section = page.substring(page.length() - 1);
            compressed(share.resolve("man/man" + section + "/" + page + ".gz"), filled(page));
        }
        compressed(share.resolve("doc/bulkhead/changelog.gz"), filled("changelog"));
        file(share.resolve("doc/bulkhead/copyright"), filled("copyright"));
        file(share.resolve("doc/bulkhead/reference.conf"), reference);
        CommandLine commands = io.bulkhead.cli.Main.model();
        file(share.resolve("bash-completion/completions/supervisorctl"), Shell.bash.script(commands));
        file(share.resolve("zsh/site-functions/_supervisorctl"), Shell.zsh.script(commands));
        file(share.resolve("fish/vendor_completions.d/supervisorctl.fish"), Shell.fish.script(commands));
    }

    private String filled(String template) throws IOException {
        return text(Files.readString(templates.resolve(template)), reference, time);
    }

    /** As distributions want it: as small as can be, and without a time that would differ from build to build. */
    private static void compressed(Path file, String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        byte[] whole = bytes.toByteArray();
        whole[8] = 2; // "slowest algorithm", which the JDK doesn't write. RFC 1952
        Files.createDirectories(file.getParent());
        Files.write(file, whole);
    }

    /** A template with the model's parts in their places. */
    static String text(String template, String reference, OffsetDateTime time) {
        CommandLine control = io.bulkhead.cli.Main.model();
        CommandLine daemon = new CommandLine(new io.bulkhead.daemon.Main());
        ReferencePage keys = ReferencePage.of(reference);
        return template.replace("@DATE@", time.toLocalDate().toString())
                .replace("@RFC-DATE@", DEBIAN_TIME.format(time))
                .replace("@VERSION@", version())
                .replace("@CONTROL-OPTIONS@\n", CommandPage.options(control.getCommandSpec(), false))
                .replace("@CONTROL-COMMANDS@\n", CommandPage.commands(control))
                .replace("@DAEMON-OPTIONS@\n", CommandPage.options(daemon.getCommandSpec(), false))
                .replace("@LANGUAGE@\n", keys.language())
                .replace("@SUPERVISOR-KEYS@\n", keys.section("supervisor"))
                .replace("@DEFAULTS-KEYS@\n", keys.section("defaults"))
                .replace("@SERVICE-KEYS@\n", keys.section("services"))
                // A paragraph that begins twice, or where a section has begun one.
                .replaceAll("(\\.PP\n)+", ".PP\n")
                .replaceAll("(\\.S[HS] .*\n)\\.PP\n", "$1");
    }

    private static String version() {
        String version = Documents.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private static void file(Path path, String text) throws IOException {
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
