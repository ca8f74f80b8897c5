#define _GNU_SOURCE
// A server that answers every request with the same few bytes as fast as it can, so that what is measured in front of it is the gateway.
// usage: child PORT
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 22\r\n\r\n{\"predictions\": [0.5]}";

// Answers what comes on one connection: requests with a content-length, or without a body.
static void *serve(void *argument) {
    int client = (int)(long)argument, one = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    char buffer[1 << 16];
    size_t have = 0;
    for (;;) {
        ssize_t got = recv(client, buffer + have, sizeof buffer - 1 - have, 0);
        if (got <= 0) break;
        have += (size_t)got;
        buffer[have] = 0;
        char *end;
        while ((end = strstr(buffer, "\r\n\r\n"))) {
            char *field = strcasestr(buffer, "\r\ncontent-length:");
            size_t body = field && field < end ? strtoul(field + 17, NULL, 10) : 0;
            size_t whole = (size_t)(end + 4 - buffer) + body;
            if (whole > sizeof buffer - 1) goto out;
            if (have < whole) break;
            if (send(client, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0) goto out;
            memmove(buffer, buffer + whole, have - whole + 1);
            have -= whole;
        }
    }
out:
    close(client);
    return NULL;
}

int main(int count, char **words) {
    if (count != 2) return 2;
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(words[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) return perror("listen"), 1;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 1 << 18);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        pthread_t thread;
        if (client >= 0 && pthread_create(&thread, &attributes, serve, (void *)(long)client)) close(client);
    }
}
