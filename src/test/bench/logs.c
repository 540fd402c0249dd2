/* The writer and the clock of logs.sh.
 *
 * logs write BYTES BLOCK GO: waits for somebody to open GO, then writes lines of 100 bytes, numbered, BLOCK bytes a write(2);
 * the last line ends in END. It lives on, so that nobody measures its end.
 * logs time GO FILE PID...: opens GO and prints how many milliseconds it takes until FILE ends in END, and the processes'
 * CPU time meanwhile, in milliseconds. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int writer(long bytes, long block, const char *go)
{
    char *buffer = malloc(block + 100);
    long filled = 0, number = 0;
    if (open(go, O_RDONLY) < 0) return 3;
    for (long done = 100; done <= bytes; done += 100) {
        int n = snprintf(buffer + filled, 24, "%012ld ", number++);
        memset(buffer + filled + n, 'x', 99 - n);
        buffer[filled + 99] = '\n';
        filled += 100;
        if (done == bytes) memcpy(buffer + filled - 4, "END\n", 4);
        if (filled < block && done < bytes) continue;
        for (long at = 0; at < filled;) {
            long w = write(1, buffer + at, filled - at);
            if (w < 0) return 1;
            at += w;
        }
        filled = 0;
    }
    pause();
    return 0;
}

/* Nanoseconds on a CPU, by the scheduler's own clock. */
static double cpu(int count, char **pids)
{
    double sum = 0;
    for (int i = 0; i < count; i++) {
        char path[300];
        snprintf(path, sizeof path, "/proc/%s/task", pids[i]);
        DIR *tasks = opendir(path);
        for (struct dirent *t; tasks && (t = readdir(tasks));) {
            if (t->d_name[0] == '.') continue; // the process' own is that of its first thread
            snprintf(path, sizeof path, "/proc/%s/task/%s/schedstat", pids[i], t->d_name);
            FILE *f = fopen(path, "r");
            double ns = 0;
            if (f && fscanf(f, "%lf", &ns) == 1) sum += ns;
            if (f) fclose(f);
        }
        if (tasks) closedir(tasks);
    }
    return sum;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static int ended(const char *file)
{
    char end[4];
    int fd = open(file, O_RDONLY);
    int yes = fd >= 0 && lseek(fd, -4, SEEK_END) >= 0 && read(fd, end, 4) == 4 && !memcmp(end, "END\n", 4);
    if (fd >= 0) close(fd);
    return yes;
}

int main(int argc, char **argv)
{
    if (argc == 5 && !strcmp(argv[1], "write")) return writer(atol(argv[2]), atol(argv[3]), argv[4]);
    if (argc < 5 || strcmp(argv[1], "time")) return 2;
    double before = cpu(argc - 4, argv + 4), begun = now();
    if (open(argv[2], O_WRONLY) < 0) return 3;
    while (!ended(argv[3])) {
        if (now() - begun > 300e9) return 4;
        nanosleep(&(struct timespec){0, 1000000}, 0);
    }
    printf("%.0f %.0f\n", (now() - begun) / 1e6, (cpu(argc - 4, argv + 4) - before) / 1e6);
    return 0;
}
