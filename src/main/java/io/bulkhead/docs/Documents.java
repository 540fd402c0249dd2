package io.bulkhead.docs;

import io.bulkhead.cli.completion.Shell;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine;

/** Writes all documents: {@code Documents TEMPLATES REFERENCE DATE DIRECTORY}, the last as {@code /usr/share} has it. */
public final class Documents {
    private final Path templates;
    private final String reference;
    private final String date;

    private Documents(Path templates, String reference, String date) {
        this.templates = templates;
        this.reference = reference;
        this.date = date;
    }

    public static void main(String[] arguments) throws IOException {
        new Documents(Path.of(arguments[0]), Files.readString(Path.of(arguments[1])), arguments[2])
                .write(Path.of(arguments[3]));
    }

    private void write(Path share) throws IOException {
        page(share, "supervisorctl.1");
        page(share, "supervisord.conf.5");
        page(share, "supervisord.8");
        CommandLine commands = io.bulkhead.cli.Main.model();
        file(share.resolve("bash-completion/completions/supervisorctl"), Shell.bash.script(commands));
        file(share.resolve("zsh/vendor-completions/_supervisorctl"), Shell.zsh.script(commands));
        file(share.resolve("fish/vendor_completions.d/supervisorctl.fish"), Shell.fish.script(commands));
    }

    private void page(Path share, String name) throws IOException {
        String section = name.substring(name.length() - 1);
        String text = text(Files.readString(templates.resolve(name)), reference, date);
        Path file = share.resolve("man/man" + section + "/" + name + ".gz");
        Files.createDirectories(file.getParent());
        // A page is compressed as distributions want it: best, and without a time that would differ from build to
        // build.
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file)) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A template with the model's parts in their places. */
    static String text(String template, String reference, String date) {
        CommandLine control = io.bulkhead.cli.Main.model();
        CommandLine daemon = new CommandLine(new io.bulkhead.daemon.Main());
        ReferencePage keys = ReferencePage.of(reference);
        return template.replace("@DATE@", date)
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
