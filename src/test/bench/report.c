/* What a container looks like from inside: report [CALL...], one "NAME VALUE" a line. For report.sh.
 *
 * Each system call is made once in a process of its own, with arguments that can do nothing; one that is answered with EPERM
 * or ENOSYS, or kills, is blocked. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

static void namespaces(void)
{
    const char *kinds[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
    for (int i = 0; i < 8; i++) {
        char path[64], to[64] = "";
        snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
        if (readlink(path, to, sizeof to - 1) > 0) printf("namespace.%s %s\n", kinds[i], to);
    }
}

static void status(void)
{
    char line[256], name[64], value[128];
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "%63[^:]: %127s", name, value) == 2 &&
            (!strncmp(name, "Cap", 3) || !strcmp(name, "NoNewPrivs") || !strcmp(name, "Seccomp")))
            printf("%s %s\n", name, value);
}

/* hidden: not there, or nothing to be read in it. protected: not there, or mounted read-only. */
static void path(const char *what, const char *path)
{
    struct stat st;
    int hidden = 1;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        DIR *d = opendir(path);
        for (struct dirent *e; d && (e = readdir(d));) hidden &= e->d_name[0] == '.';
    } else if (!S_ISCHR(st.st_mode)) {
        char c;
        int fd = open(path, O_RDONLY | O_NONBLOCK);
        hidden = fd < 0 || read(fd, &c, 1) <= 0;
    }
    struct statvfs fs;
    int readonly = statvfs(path, &fs) == 0 && fs.f_flag & ST_RDONLY;
    if (!strcmp(what, "masked")) printf("masked.%s %s\n", path, hidden ? "hidden" : "seen");
    else printf("readonly.%s %s\n", path, stat(path, &st) < 0 || readonly ? "protected" : "writable");
}

static void mounts(void)
{
    char line[1024], at[256], options[256];
    FILE *f = fopen("/proc/self/mountinfo", "r");
    while (f && fgets(line, sizeof line, f)) {
        if (sscanf(line, "%*s %*s %*s %*s %255s %255s", at, options) != 2) continue;
        const char *usual[] = {"/proc", "/sys", "/dev", "/dev/pts", "/dev/shm"};
        for (int i = 0; i < 5; i++)
            if (!strcmp(at, usual[i])) {
                printf("mount.%s ", at);
                const char *flags[] = {"ro", "nosuid", "nodev", "noexec"};
                for (int k = 0; k < 4; k++) {
                    char *found = strstr(options, flags[k]);
                    if (found && (found == options || found[-1] == ',')) printf("%s,", flags[k]);
                }
                printf(".\n");
            }
    }
}

static void call(int number)
{
    pid_t child = fork();
    if (child == 0) {
        alarm(1);
        syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
        _exit(errno == EPERM ? 1 : errno == ENOSYS ? 2 : 0);
    }
    int how = 0;
    waitpid(child, &how, 0);
    int killed = WIFSIGNALED(how) && WTERMSIG(how) == SIGSYS;
    printf("call.%d %s\n", number, killed || (WIFEXITED(how) && WEXITSTATUS(how)) ? "blocked" : "open");
}

int main(int argc, char **argv)
{
    namespaces();
    status();
    const char *masked[] = {"/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
        "/sys/devices/virtual/powercap"};
    for (unsigned i = 0; i < sizeof masked / sizeof *masked; i++) path("masked", masked[i]);
    const char *readonly[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", "/sys", "/sys/fs/cgroup"};
    for (unsigned i = 0; i < sizeof readonly / sizeof *readonly; i++) path("readonly", readonly[i]);
    mounts();
    fflush(stdout);
    setvbuf(stdout, 0, _IOLBF, 0);
    for (int i = 1; i < argc; i++) call(atoi(argv[i]));
    return 0;
}
