package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.DeviceAccess;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.HostDevices;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.Limits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Device nodes: none but the harmless ones, and those asked for, can be opened, whatever nodes a service makes for itself.
 *
 * <p>{@code devices.list} tells what is in force. In a new group that is everything, and all is denied first; from then on
 * only what differs is denied or allowed.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/devices.html">Device whitelist controller</a>
 */
public final class Devices implements Controller {
    private static final String LIST = "devices.list";
    private static final String EVERYTHING = "a *:* rwm";

    private final HostDevices devices;

    public Devices(HostDevices devices) {
        this.devices = devices;
    }

    @Override
    public String name() {
        return "devices";
    }

    @Override
    public List<Setting> settings(Limits limits) throws ErrnoException {
        return List.of(new Policy(DeviceAccess.of(limits, devices)));
    }

    /** Before anybody can join; what is asked for beyond this comes with the other limits. */
    @Override
    public void prepare(GroupFiles files) throws ErrnoException {
        String list = files.read(LIST).strip();
        if (list.equals(EVERYTHING)) {
            for (Setting.Write write : new Policy(DeviceAccess.EVERYBODYS).writes(list)) {
                write.to(files);
            }
        }
    }

    private record Policy(List<DeviceAccess> allowed) implements Setting {
        @Override
        public String key() {
            return "devices";
        }

        @Override
        public String file() {
            return LIST;
        }

        @Override
        public String wanted() {
            StringBuilder text = new StringBuilder();
            allowed.forEach(access -> text.append(text.length() > 0 ? ", " : "").append(access));
            return text.toString();
        }

        @Override
        public boolean asked() {
            return true;
        }

        @Override
        public List<Write> writes(GroupFiles files, boolean thorough) throws ErrnoException {
            return writes(files.read(LIST).strip());
        }

        /** @param list what is in force */
        private List<Write> writes(String list) {
            Map<String, String> inForce = new LinkedHashMap<>();
            List<Write> writes = new ArrayList<>();
            if (list.equals(EVERYTHING)) {
                writes.add(new FileWrite("devices.deny", "a", EVERYTHING, "nothing"));
            } else {
                for (String line : list.split("\n", -1)) {
                    int access = line.lastIndexOf(' ');
                    if (access > 0) {
                        inForce.put(line.substring(0, access), line.substring(access + 1));
                    }
                }
            }
            for (DeviceAccess wanted : allowed) {
                String has = inForce.getOrDefault(wanted.device(), "");
                inForce.put(wanted.device(), without(has, wanted.access()));
                String lacking = wanted.beyond(has);
                if (!lacking.isEmpty()) {
                    writes.add(change("devices.allow", wanted.device(), lacking, has, wanted.access()));
                }
            }
            inForce.forEach((device, excess) -> {
                if (!excess.isEmpty()) {
                    writes.add(change("devices.deny", device, excess, excess, ""));
                }
            });
            return writes;
        }

        private static Write change(String file, String device, String access, String before, String after) {
            return new FileWrite(file, device + " " + access, text(device, before), text(device, after));
        }

        private static String text(String device, String access) {
            return access.isEmpty() ? device + " none" : device + " " + access;
        }

        private static String without(String has, String wanted) {
            StringBuilder excess = new StringBuilder();
            for (int i = 0; i < has.length(); i++) {
                char c = has.charAt(i);
                if (wanted.indexOf(c) < 0) {
                    excess.append(c);
                }
            }
            return excess.toString();
        }
    }
}
