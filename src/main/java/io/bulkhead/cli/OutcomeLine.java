package io.bulkhead.cli;

import io.bulkhead.control.wire.OutcomeView;

/** What is said, and returned, of an outcome, as Supervisor does. */
record OutcomeLine(String text, int exitCode) {
    static OutcomeLine of(OutcomeView outcome) {
        String name = outcome.name();
        return switch (outcome.result()) {
            case "STARTED" -> done(name + ": started");
            case "STOPPED" -> done(name + ": stopped");
            case "RESTARTING" -> done(name + ": restarting");
            case "ROLL_HALTED" -> new OutcomeLine(name + ": ERROR (roll halted)", ExitCodes.FAILED);
            case "SIGNALLED" -> done(name + ": signalled");
            case "PAUSED" -> done(name + ": paused");
            case "RESUMED" -> done(name + ": resumed");
            case "RELOADED" -> done(name + ": reloaded");
            case "CLEARED" -> done(name + ": cleared");
            case "ADDED" -> done(name + ": added process group");
            case "REMOVED" -> done(name + ": removed process group");
            case "UPDATED" -> done(name + ": updated process group");
            case "ALREADY_STARTED" -> done(name + ": ERROR (already started)");
            case "ALREADY_ADDED" -> done(name + ": ERROR (already added)");
            case "NO_SUCH_PROCESS" -> new OutcomeLine(name + ": ERROR (no such process)", ExitCodes.UNKNOWN_NAME);
            case "NO_SUCH_GROUP" -> new OutcomeLine(name + ": ERROR (no such group)", ExitCodes.UNKNOWN_NAME);
            case "STILL_RUNNING" -> new OutcomeLine(name + ": ERROR (still running)", ExitCodes.FAILED);
            case "NOT_RUNNING" -> new OutcomeLine(name + ": ERROR (not running)", ExitCodes.FAILED);
            case "SPAWN_ERROR" -> new OutcomeLine(name + ": ERROR (spawn error)", ExitCodes.FAILED);
            case "ABNORMAL_TERMINATION" -> new OutcomeLine(name + ": ERROR (abnormal termination)", ExitCodes.FAILED);
            default -> new OutcomeLine(name + ": ERROR (" + outcome.detail() + ")", ExitCodes.FAILED);
        };
    }

    private static OutcomeLine done(String text) {
        return new OutcomeLine(text, ExitCodes.OK);
    }
}
