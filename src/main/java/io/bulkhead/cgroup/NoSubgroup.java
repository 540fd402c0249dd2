package io.bulkhead.cgroup;

/** Where nothing can tell some of a service's processes from the others. */
record NoSubgroup(JoinAtBirth make) implements Subgroup {
    @Override
    public Removal end() {
        return new Removal.Removed();
    }
}
