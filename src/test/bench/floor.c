/* The floor: a process with the same groups, namespaces, mounts and powers as Bulkhead's launcher gives it, by the same
 * system calls, by hand.
 *
 *   floor launch N ROOTFS PROGRAM GROUP [TASKS ...]   the microseconds of N launches to exit, one a line
 *   floor time N COMMAND [ARGUMENT ...]                      the same of any command, by the same clock
 *
 * GROUP is the directory of the v2 group the process is born in, - for none; it joins the v1 groups by itself. There is a
 * pause after each, so that a group with a CPU limit of a fifth of a CPU isn't held up by it.
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
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

extern char **environ;
static char *rootfs, *program, *group, **procs;
static int nprocs, lastcap;
/* What of the paths to be hidden and protected this host has; a name that it lacks is null. */
static const char *files[] = {"interrupts", "kcore", "keys", "latency_stats", "timer_list", "timer_stats", "sched_debug"};
static const char *directories[] = {"acpi", "asound", "scsi", "firmware", "devices/virtual/powercap"};
static const char *readonly[] = {"bus", "fs", "irq", "sys", "sysrq-trigger"};
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
    for (int i = 0; i < COUNT(files); i++)
        if (files[i]) mask(dev, proc, files[i]);
    for (int i = 0, empty = -1; i < COUNT(directories); i++) {
        if (!directories[i]) continue;
        if (empty < 0) fd = empty = fsmake("tmpfs", 15, (const char *[]){"size", "0", "nr_inodes", "1", 0});
        else DO(fd = syscall(SYS_open_tree, empty, "", 1 | O_CLOEXEC | AT_EMPTY_PATH));
        DO(syscall(SYS_move_mount, fd, "", i < 3 ? proc : sys, directories[i], 4));
        if (fd != empty) close(fd);
    }
    DO(fchdir(proc));
    for (int i = 0; i < COUNT(readonly); i++) {
        if (!readonly[i]) continue;
        DO(mount(readonly[i], readonly[i], 0, MS_BIND | MS_REC, 0));
        DO(mount(0, readonly[i], 0, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, 0));
    }
    DO(chdir("/"));
    DO(syscall(SYS_close_range, 3, ~0U, 0));
    DO(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    const uint64_t kept = 0xa00425fbULL;
    for (int i = 0; i <= lastcap; i++)
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
    char *argv[] = {program, 0}, *envp[] = {"HOME=/", "LOGNAME=0", "PATH=/bin", "USER=0", 0};
    DO(execve(program, argv, envp));
    __builtin_unreachable();
}

static int launch(int *pidfd) {
    int directory = strcmp(group, "-") ? open(group, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    struct clone_args args = {
        .flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC
                 | CLONE_NEWPID | CLONE_NEWNET | (directory < 0 ? 0 : CLONE_INTO_CGROUP),
        .pidfd = (uintptr_t)pidfd, .exit_signal = SIGCHLD, .cgroup = directory < 0 ? 0 : directory};
    uint64_t all = ~0ULL, saved;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &saved, 8);
    register long result __asm__("rax") = SYS_clone3;
    __asm__ volatile("syscall" : "+r"(result) : "D"(&args), "S"(sizeof args) : "rcx", "r11", "memory");
    if (result == 0) child();
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &saved, 0, 8);
    if (directory >= 0) close(directory);
    return result;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void look(const char *top, const char **names, int count) {
    char path[128];
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", top, names[i]);
        if (access(path, F_OK)) names[i] = 0;
    }
    if (lastcap) return;
    FILE *file = fopen("/proc/sys/kernel/cap_last_cap", "r");
    if (!file || fscanf(file, "%d", &lastcap) != 1) exit(1);
    fclose(file);
}

int main(int argc, char **argv) {
    int n = argc > 3 ? atoi(argv[2]) : 0, spawn = argc > 3 && !strcmp(argv[1], "time");
    if (n < 1) return fprintf(stderr, "usage: floor launch N ROOTFS PROGRAM GROUP [TASKS ...] | floor time N COMMAND ...\n"), 2;
    if (!spawn && argc < 6) return 2;
    if (!spawn) rootfs = argv[3], program = argv[4], group = argv[5], procs = argv + 6, nprocs = argc - 6;
    look("/proc", files, COUNT(files));
    look("/proc", directories, 3);
    look("/sys", directories + 3, 2);
    look("/proc", readonly, COUNT(readonly));
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
        double end = now();
        if (status) return fprintf(stderr, "status %x, line %d: %s\n", status, failed_line, strerror(failed_errno)), 1;
        printf("%.0f\n", end - begin);
        usleep(10000);
    }
    return 0;
}
