package io.bulkhead.reconcile;

import io.bulkhead.spec.Instance;
import io.bulkhead.status.Usage;

/** What a service uses now. */
public record ServiceUsage(Instance instance, Usage usage) {}
