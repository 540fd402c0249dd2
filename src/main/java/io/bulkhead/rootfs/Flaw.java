package io.bulkhead.rootfs;

/** Ends a check at the first thing that is wrong. */
final class Flaw extends Exception {
    private final Finding finding;

    Flaw(String sentence, String remedy) {
        super(sentence, null, false, false);
        this.finding = new Finding(sentence, remedy);
    }

    Finding finding() {
        return finding;
    }
}
