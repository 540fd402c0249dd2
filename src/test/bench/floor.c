/* The floor: a process with the same namespaces, mounts and powers as Bulkhead's launcher gives it, by the same system
 * calls, by hand.
 *
 *   floor launch N ROOTFS PROGRAM [CGROUP.PROCS ...]   N launches, the median of launch-to-exit in microseconds
 *   floor time N COMMAND [ARGUMENT ...]                the same of any command, for comparison by the same clock
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif

extern char **environ;
static char *rootfs, *program, **procs;
static int nprocs;
static volatile int failed_line, failed_errno;

#define DO(call)                                                                                                       \
    do {                                                                                                               \
        if ((call) < 0) {                                                                                              \
            failed_line = __LINE__;                                                                                    \
            failed_errno = errno;                                                                                      \
            syscall(SYS_exit_group, 127);                                                                              \
        }                                                                                                              \
    } while (0)

struct how { uint64_t flags, mode, resolve; };
struct attr { uint64_t set, clr, propagation, userns; };

static int fsmake(const char *type, int attributes, const char **options) {
    int context = syscall(SYS_fsopen, type, 1);
    DO(context);
    for (; options && *options; options += 2) DO(syscall(SYS_fsconfig, context, 1, options[0], options[1], 0));
    DO(syscall(SYS_fsconfig, context, 6, 0, 0, 0));
    int mount = syscall(SYS_fsmount, context, 1, attributes);
    DO(mount);
    close(context);
    return mount;
}

static void attach(int mount, const char *name) {
    struct how how = {O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0, 0x0c};
    mkdirat(AT_FDCWD, name, 0755);
    int target = syscall(SYS_openat2, AT_FDCWD, name, &how, sizeof how);
    DO(target);
    DO(syscall(SYS_move_mount, mount, "", target, "", 0x44));
    close(target);
}

static void mask(int dev, int proc, const char *name) {
    int null = syscall(SYS_open_tree, dev, "null", 1 | O_CLOEXEC);
    DO(null);
    DO(syscall(SYS_move_mount, null, "", proc, name, 4));
    close(null);
}

static __attribute__((noinline, noreturn)) void child(void) {
    DO(syscall(SYS_close_range, 3, ~0U, 0));
    umask(0);
    for (int i = 0; i < nprocs; i++) {
        int fd = open(procs[i], O_WRONLY | O_CLOEXEC);
        DO(fd);
        DO(write(fd, "0", 1));
        close(fd);
    }
    DO(syscall(SYS_unshare, CLONE_NEWCGROUP));
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    DO(dup3(null, 0, 0));
    close(null);
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    DO(dup3(null, 1, 0));
    close(null);
    DO(dup3(1, 2, 0));
    DO(setsid());
    DO(setpriority(PRIO_PROCESS, 0, 0));
    DO(sethostname("floor", 5));
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int sock = socket(AF_INET, SOCK_DGRAM, 0);
    DO(ioctl(sock, SIOCSIFFLAGS, &lo));
    close(sock);
    DO(mount(0, "/", 0, MS_REC | MS_SLAVE, 0));
    DO(mount(rootfs, rootfs, 0, MS_BIND | MS_REC, 0));
    DO(chdir(rootfs));
    DO(syscall(SYS_pivot_root, ".", "."));
    DO(umount2(".", MNT_DETACH));
    DO(chdir("/"));
    DO(mount(0, "/", 0, MS_REC | MS_PRIVATE, 0));
    int proc = fsmake("proc", 14, 0), sys, dev, fd;
    attach(proc, "proc");
    sys = fsmake("sysfs", 15, 0);
    attach(sys, "sys");
    dev = fsmake("tmpfs", 10, (const char *[]){"mode", "755", "size", "65536k", 0});
    attach(dev, "dev");
    static const struct { const char *name; int major, minor; } nodes[] = {
        {"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};
    for (int i = 0; i < 6; i++)
        DO(mknodat(dev, nodes[i].name, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)));
    DO(symlinkat("/proc/self/fd", dev, "fd"));
    DO(symlinkat("/proc/self/fd/0", dev, "stdin"));
    DO(symlinkat("/proc/self/fd/1", dev, "stdout"));
    DO(symlinkat("/proc/self/fd/2", dev, "stderr"));
    DO(symlinkat("pts/ptmx", dev, "ptmx"));
    fd = fsmake("devpts", 10, (const char *[]){"ptmxmode", "0666", "mode", "0620", "gid", "5", 0});
    DO(mkdirat(dev, "pts", 0755));
    DO(syscall(SYS_move_mount, fd, "", dev, "pts", 4));
    close(fd);
    fd = fsmake("tmpfs", 14, (const char *[]){"mode", "1777", "size", "65536k", 0});
    DO(mkdirat(dev, "shm", 01777));
    DO(syscall(SYS_move_mount, fd, "", dev, "shm", 4));
    close(fd);
    static const char *files[] = {"interrupts", "kcore", "keys", "latency_stats", "timer_list", "timer_stats", "sched_debug"};
    for (int i = 0; i < 7; i++)
        if (faccessat(proc, files[i], F_OK, 0) == 0) mask(dev, proc, files[i]);
    static const char *directories[] = {"acpi", "asound", "scsi", "firmware", "devices/virtual/powercap"};
    for (int i = 0, empty = -1; i < 5; i++) {
        int parent = i < 3 ? proc : sys;
        if (faccessat(parent, directories[i], F_OK, 0) != 0) continue;
        fd = empty < 0 ? (empty = fsmake("tmpfs", 15, (const char *[]){"size", "0", "nr_inodes", "1", 0}))
                       : (int)syscall(SYS_open_tree, empty, "", 1 | O_CLOEXEC | AT_EMPTY_PATH);
        DO(syscall(SYS_move_mount, fd, "", parent, directories[i], 4));
    }
    DO(fchdir(proc));
    static const char *readonly[] = {"bus", "fs", "irq", "sys", "sysrq-trigger"};
    for (int i = 0; i < 5; i++) {
        if (faccessat(proc, readonly[i], F_OK, 0) != 0) continue;
        DO(mount(readonly[i], readonly[i], 0, MS_BIND | MS_REC, 0));
        DO(mount(0, readonly[i], 0, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, 0));
    }
    DO(chdir("/"));
    DO(syscall(SYS_close_range, 3, ~0U, 0));
    DO(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    const uint64_t kept = 0xa00425fbULL;
    for (int i = 0; i <= 40; i++)
        if (!(kept >> i & 1)) DO(prctl(PR_CAPBSET_DROP, i, 0, 0, 0));
    DO(syscall(SYS_setgroups, 0, 0));
    DO(syscall(SYS_setresgid, 0, 0, 0));
    DO(syscall(SYS_setresuid, 0, 0, 0));
    DO(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{(uint32_t)kept, (uint32_t)kept, 0}, {0, 0, 0}};
    DO(syscall(SYS_capset, &header, data));
    umask(022);
    DO(chdir("/"));
    uint64_t action[4] = {0}, none = 0;
    for (int i = 1; i < 32; i++) syscall(SYS_rt_sigaction, i, action, 0, 8);
    DO(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, 0, 8));
    char *argv[] = {program, 0}, *envp[] = {"PATH=/bin", 0};
    DO(execve(program, argv, envp));
    __builtin_unreachable();
}

static int launch(int *pidfd) {
    struct clone_args args = {
        .flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC
                 | CLONE_NEWPID | CLONE_NEWNET,
        .pidfd = (uintptr_t)pidfd, .exit_signal = SIGCHLD};
    register long result __asm__("rax") = SYS_clone3;
    __asm__ volatile("syscall" : "+r"(result) : "D"(&args), "S"(sizeof args) : "rcx", "r11", "memory");
    if (result == 0) child();
    return result;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b) { return (*(double *)a > *(double *)b) - (*(double *)a < *(double *)b); }

int main(int argc, char **argv) {
    int n = argc > 3 ? atoi(argv[2]) : 0, spawn = argc > 3 && !strcmp(argv[1], "time");
    if (n < 1) return fprintf(stderr, "usage: floor launch N ROOTFS PROGRAM [CGROUP.PROCS ...] | floor time N COMMAND ...\n"), 2;
    double *times = calloc(n, sizeof *times);
    if (!spawn) rootfs = argv[3], program = argv[4], procs = argv + 5, nprocs = argc - 5;
    for (int i = 0; i < n; i++) {
        double begin = now();
        int status = 0, pidfd = -1;
        pid_t pid;
        if (spawn) {
            if (posix_spawnp(&pid, argv[3], 0, 0, argv + 3, environ)) return perror(argv[3]), 1;
            waitpid(pid, &status, 0);
        } else {
            pid = launch(&pidfd);
            if (pid < 0) return fprintf(stderr, "clone3: %s\n", strerror(-pid)), 1;
            struct pollfd ended = {pidfd, POLLIN, 0};
            poll(&ended, 1, -1);
            siginfo_t info;
            waitid(P_PIDFD, pidfd, &info, WEXITED);
            close(pidfd);
            status = failed_line ? 127 << 8 : info.si_status;
        }
        times[i] = now() - begin;
        if (status) return fprintf(stderr, "status %x, line %d: %s\n", status, failed_line, strerror(failed_errno)), 1;
    }
    qsort(times, n, sizeof *times, ascending);
    printf("%.0f\n", times[n / 2]);
    return 0;
}
