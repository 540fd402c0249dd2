/* From SIGKILL of a service's process to the first instruction of the next.
 *
 *   restart service            the service: writes the clock into /stamp, a FIFO in its rootfs, and waits
 *   restart ROUNDS FIFO PROCS  kills who is in the group of PROCS, awaits the next stamp; the microseconds, one a line
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t stamp(int fifo) {
    int64_t at;
    struct pollfd written = {fifo, POLLIN, 0};
    if (poll(&written, 1, 10000) != 1 || read(fifo, &at, sizeof at) != sizeof at) {
        fprintf(stderr, "restart: no process for 10 s\n");
        exit(1);
    }
    return at;
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "service")) {
        int64_t at = now();
        int fifo = open("/stamp", O_WRONLY);
        if (fifo < 0 || write(fifo, &at, sizeof at) != sizeof at) return 1;
        for (;;) pause();
    }
    if (argc != 4) return fprintf(stderr, "usage: restart service | restart ROUNDS FIFO PROCS\n"), 2;
    int fifo = open(argv[2], O_RDWR | O_CLOEXEC);
    if (fifo < 0) return perror(argv[2]), 1;
    stamp(fifo);
    for (int i = 0; i < atoi(argv[1]); i++) {
        usleep(50000);
        int pid = 0;
        FILE *procs = fopen(argv[3], "r");
        if (!procs || fscanf(procs, "%d", &pid) != 1 || pid < 2) return fprintf(stderr, "restart: nobody in %s\n", argv[3]), 1;
        fclose(procs);
        int64_t killed = now();
        if (kill(pid, SIGKILL)) return perror("kill"), 1;
        printf("%lld\n", (long long)(stamp(fifo) - killed) / 1000);
    }
    return 0;
}
