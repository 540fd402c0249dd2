package io.bulkhead.status;

/** What the health probe of a service has found. */
public enum HealthState {
    /** It isn't asked. */
    NONE,
    /** It has not been healthy yet, nor unhealthy for as often as counts. */
    STARTING,
    HEALTHY,
    UNHEALTHY
}
