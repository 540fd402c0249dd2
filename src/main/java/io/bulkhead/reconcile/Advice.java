package io.bulkhead.reconcile;

/**
 * What keeps a service from running, and what helps.
 *
 * @param sentence without a full stop
 * @param remedy a command where there is one; or empty
 */
public record Advice(String sentence, String remedy) {}
