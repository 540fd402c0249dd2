/* What is asked in the measurements of probes.
 *
 *   health serve MILLIS PORT  sleeps, then answers every request to 127.0.0.1:PORT with 200
 *   health ok                 exits with 0
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "ok")) return 0;
    if (argc != 4 || strcmp(argv[1], "serve")) return fprintf(stderr, "usage: health serve MILLIS PORT | health ok\n"), 2;
    signal(SIGPIPE, SIG_IGN);
    usleep((useconds_t)atoi(argv[2]) * 1000);
    int one = 1, server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {AF_INET, htons((uint16_t)atoi(argv[3])), {htonl(INADDR_LOOPBACK)}, {0}};
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(server, (struct sockaddr *)&at, sizeof at) || listen(server, 16)) return perror("listen"), 1;
    for (;;) {
        char request[4096];
        int client = accept(server, 0, 0);
        if (client < 0) continue;
        if (read(client, request, sizeof request) > 0 && write(client, ANSWER, sizeof ANSWER - 1) < 0) perror("write");
        close(client);
    }
}
