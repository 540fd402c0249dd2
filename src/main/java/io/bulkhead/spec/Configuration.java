package io.bulkhead.spec;

/**
 * A configuration that was read.
 *
 * @param host what it declares
 * @param text what it was read from
 */
public record Configuration(HostSpec host, SourceText text) {}
