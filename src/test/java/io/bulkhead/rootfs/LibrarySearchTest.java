package io.bulkhead.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LibrarySearchTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private LibrarySearch search;

    @BeforeEach
    void prepare() throws IOException {
        search = new LibrarySearch(LibraryCache.read(directory.resolve("none")), List.of(directory.resolve("default")));
    }

    private Path library(String path, int machine) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.write(file, ElfFileTest.elf(true, ByteOrder.LITTLE_ENDIAN, machine, 29));
    }

    private ElfFile object(List<String> rpath, List<String> runpath) {
        return new ElfFile(62, true, Optional.empty(), List.of("liba.so"), rpath, runpath);
    }

    private Optional<Path> find(ElfFile elf, Path... inherited) {
        return search.find("liba.so", directory.resolve("bin/program"), elf, List.of(inherited));
    }

    @Test
    void ownPathComesBeforeTheDefault() throws IOException {
        Path fallback = library("default/liba.so", 62);
        assertEquals(Optional.of(fallback), find(object(List.of(), List.of())));

        Path own = library("own/liba.so", 62);
        assertEquals(Optional.of(own), find(object(List.of(directory + "/own"), List.of())));
        assertEquals(Optional.of(own), find(object(List.of(), List.of(directory + "/own"))));
    }

    @Test
    void aRunpathSilencesRpathsAndInheritedOnes() throws IOException {
        Path run = library("run/liba.so", 62);
        library("rpath/liba.so", 62);
        library("inherited/liba.so", 62);

        assertEquals(
                Optional.of(run),
                find(
                        object(List.of(directory + "/rpath"), List.of(directory + "/run")),
                        directory.resolve("inherited")));
    }

    @Test
    void whatTheLoadingObjectSaidCountsForWhatItLoads() throws IOException {
        Path inherited = library("inherited/liba.so", 62);

        assertEquals(Optional.of(inherited), find(object(List.of(), List.of()), directory.resolve("inherited")));
    }

    @Test
    void originIsWhereTheObjectIs() throws IOException {
        Path beside = library("lib/liba.so", 62);

        assertEquals(Optional.of(beside), find(object(List.of(), List.of("$ORIGIN/../lib"))));
        assertEquals(Optional.of(beside), find(object(List.of(), List.of("${ORIGIN}/../lib"))));
    }

    @Test
    void anotherMachinesLibraryIsPassedOver() throws IOException {
        library("own/liba.so", 183);
        Path fallback = library("default/liba.so", 62);

        assertEquals(Optional.of(fallback), find(object(List.of(directory + "/own"), List.of())));
    }

    @Test
    void whatIsNowhereIsNotFound() {
        assertEquals(Optional.empty(), find(object(List.of("relative"), List.of())));
    }
}
