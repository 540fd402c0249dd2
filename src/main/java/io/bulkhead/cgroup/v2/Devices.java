package io.bulkhead.cgroup.v2;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.DeviceAccess;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.HostDevices;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.libc.CgroupBpf;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Device nodes: none but the harmless ones, and those asked for, can be opened. v2 has no file for that, but lets a program be
 * attached to a group, which decides.
 *
 * <p>Programs of other policies above the group are asked as well, and each may deny. Services of the same policy share a
 * program.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#device-controller">cgroup v2, device controller</a>
 */
public final class Devices implements Controller {
    private final HostDevices devices;
    private final CgroupBpf bpf;
    private final Map<List<DeviceAccess>, CgroupBpf.Program> programs = new ConcurrentHashMap<>();

    public Devices(HostDevices devices, CgroupBpf bpf) {
        this.devices = devices;
        this.bpf = bpf;
    }

    @Override
    public String name() {
        return "devices";
    }

    @Override
    public boolean isBuiltIn() {
        return true;
    }

    @Override
    public List<Setting> settings(Limits limits) throws ErrnoException {
        return List.of(new Policy(program(DeviceAccess.of(limits, devices))));
    }

    /** Before anybody can be born in the group. */
    @Override
    public void prepare(GroupFiles files) throws ErrnoException {
        if (bpf.attached(files.directory().toString()).isEmpty()) {
            bpf.attach(files.directory().toString(), program(DeviceAccess.EVERYBODYS), List.of());
        }
    }

    private CgroupBpf.Program program(List<DeviceAccess> allowed) throws ErrnoException {
        CgroupBpf.Program known = programs.get(allowed);
        if (known == null) {
            known = bpf.loadDeviceProgram(DeviceProgram.of(allowed));
            CgroupBpf.Program earlier = programs.putIfAbsent(allowed, known);
            if (earlier != null) {
                bpf.unload(known);
                known = earlier;
            }
        }
        return known;
    }

    private final class Policy implements Setting {
        private final CgroupBpf.Program program;

        Policy(CgroupBpf.Program program) {
            this.program = program;
        }

        @Override
        public String wanted() {
            return "program " + program.tag();
        }

        @Override
        public String key() {
            return "devices";
        }

        /** No file: what is attached to the directory itself. */
        @Override
        public String file() {
            return ".";
        }

        @Override
        public boolean asked() {
            return true;
        }

        @Override
        public List<Write> writes(GroupFiles files, boolean thorough) throws ErrnoException {
            String directory = files.directory().toString();
            List<Integer> attached = bpf.attached(directory);
            if (attached.equals(List.of(program.id()))) {
                return List.of();
            }
            // An earlier daemon's program does the same where its instructions are the same.
            List<String> tags = bpf.tags(attached);
            return tags.equals(List.of(program.tag())) ? List.of() : List.of(new Attach(program, attached, tags));
        }
    }

    private final class Attach implements Setting.Write {
        private final CgroupBpf.Program program;
        private final List<Integer> replaced;
        private final List<String> tags;

        Attach(CgroupBpf.Program program, List<Integer> replaced, List<String> tags) {
            this.program = program;
            this.replaced = replaced;
            this.tags = tags;
        }

        @Override
        public String before() {
            return tags.isEmpty() ? "no program" : "program " + String.join(", ", tags);
        }

        @Override
        public String after() {
            return "program " + program.tag();
        }

        @Override
        public void to(GroupFiles files) throws ErrnoException {
            bpf.attach(files.directory().toString(), program, replaced);
        }
    }
}
