// A network link between clients and a server of this machine: all connections share its bits a second, each way, and every byte
// arrives later by its delay, however many are on their way. It counts bytes, connections, and the requests of HTTP/1.1.
//
// usage: link SERVER-PORT BITS-A-SECOND DELAY     (0 bits are no limit; the delay is in µs, each way)
//
// The first line on stdout is the port that it listens at, on the loopback interface. Every line on stdin is answered by one of
// JSON with what was counted since the last one; the link ends with stdin.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CHUNK = 1 << 16,        // bytes that one connection sends before it is another's turn
    UNREAD = 1 << 20,       // bytes that may wait for a receiver before its sender has to
    ON_THEIR_WAY = 1 << 26, // bytes that may be on their way where no rate bounds them
    EVENTS = 64,
};
static const int64_t QUEUE = 2000000; // ns that bytes may wait for the link before senders have to

enum Way { UP, DOWN, WAYS };
static const char *const METHODS[] = {"GET", "HEAD", "PUT", "POST", "DELETE", "other"};
enum { OTHER = 5, METHOD_COUNT };

typedef struct Connection Connection;
typedef struct Flow Flow;
typedef struct Chunk Chunk;

// Bytes on their way; none at all are the end of the flow.
struct Chunk {
    Chunk *next;
    Flow *flow;
    int64_t due;
    size_t start, end;
    char bytes[];
};

typedef struct {
    Chunk *head, **tail;
} Queue;

// One direction of a connection.
struct Flow {
    Connection *connection;
    enum Way way;
    int from, to;
    Queue unread;
    size_t unread_bytes;
    bool reads, waits_to_write;
    bool is_read, is_written; // to the end
};

// Where a client is in its requests.
typedef struct {
    char line[256];
    size_t length;     // of the line, of which the buffer has the beginning
    bool in_headers;   // past the first line of a request
    bool is_opaque;    // past a body without a length: requests after it are not seen
    uint64_t declared; // bytes of the body
    uint64_t body;     // bytes of it still to come
} Requests;

struct Connection {
    Connection *next; // of those that wait to be opened, or to be freed
    Flow flows[WAYS];
    Requests requests;
    int64_t opens;
    size_t chunks; // on their way
    bool is_dead;
};

static struct {
    Queue queue;
    size_t bytes;
    int64_t free; // when the next byte can go
    int readers;  // the epoll set of the sockets that it reads from
} links[WAYS];

static uint64_t rate;
static int64_t delay;
static int writers;
static Connection *opening, **last_opening = &opening, *dead;
static uint64_t connection_count, byte_counts[WAYS], request_counts[METHOD_COUNT];
static bool sees_all_requests = true;

static void check(bool holds, const char *what) {
    if (holds) return;
    perror(what);
    exit(1);
}

static int64_t clock_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void append(Queue *queue, Chunk *chunk) {
    if (!queue->head) queue->tail = &queue->head;
    chunk->next = NULL;
    *queue->tail = chunk;
    queue->tail = &chunk->next;
}

static Chunk *take_first(Queue *queue) {
    Chunk *chunk = queue->head;
    queue->head = chunk->next;
    return chunk;
}

static void watch(int set, int file, uint32_t events, void *what) {
    struct epoll_event event = {.events = events, .data.ptr = what};
    check(epoll_ctl(set, events ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, file, &event) == 0, "epoll_ctl");
}

static void set_reading(Flow *flow, bool reads) {
    if (flow->reads == reads) return;
    watch(links[flow->way].readers, flow->from, reads ? EPOLLIN : 0, flow);
    flow->reads = reads;
}

static void set_waiting(Flow *flow, bool waits) {
    if (flow->waits_to_write == waits) return;
    watch(writers, flow->to, waits ? EPOLLOUT : 0, flow);
    flow->waits_to_write = waits;
}

// Both sockets are gone at once; the memory waits until nothing points to it.
static void close_connection(Connection *connection) {
    if (connection->is_dead) return;
    connection->is_dead = true;
    for (int way = 0; way < WAYS; way++) {
        Flow *flow = &connection->flows[way];
        set_reading(flow, false);
        set_waiting(flow, false);
        while (flow->unread.head) free(take_first(&flow->unread));
    }
    close(connection->flows[UP].from);
    close(connection->flows[UP].to);
    connection->next = dead;
    dead = connection;
}

static void free_dead(void) {
    for (Connection **place = &dead; *place;) {
        Connection *connection = *place;
        if (connection->chunks) {
            place = &connection->next;
            continue;
        }
        *place = connection->next;
        free(connection);
    }
}

// Counts

static void end_line(Requests *requests) {
    size_t length = requests->length;
    if (length && length <= sizeof requests->line && requests->line[length - 1] == '\r') length--;
    if (length >= sizeof requests->line) length = sizeof requests->line - 1;
    requests->line[length] = 0;
    requests->length = 0;
    if (!requests->in_headers) {
        if (!length) return;
        int method = 0;
        while (method < OTHER) {
            size_t name = strlen(METHODS[method]);
            if (strncmp(requests->line, METHODS[method], name) == 0 && requests->line[name] == ' ') break;
            method++;
        }
        request_counts[method]++;
        requests->in_headers = true;
        requests->declared = 0;
    } else if (!length) {
        requests->in_headers = false;
        requests->body = requests->declared;
    } else if (strncasecmp(requests->line, "content-length:", 15) == 0) {
        requests->declared = strtoull(requests->line + 15, NULL, 10);
    } else if (strncasecmp(requests->line, "transfer-encoding:", 18) == 0) {
        requests->is_opaque = true;
        sees_all_requests = false;
    }
}

static void count_requests(Requests *requests, const char *bytes, size_t count) {
    for (size_t i = 0; i < count && !requests->is_opaque;) {
        if (requests->body) {
            size_t part = requests->body < count - i ? requests->body : count - i;
            requests->body -= part;
            i += part;
        } else if (bytes[i] == '\n') {
            end_line(requests);
            i++;
        } else {
            if (requests->length < sizeof requests->line) requests->line[requests->length] = bytes[i];
            requests->length++;
            i++;
        }
    }
}

static void report(void) {
    printf("{\"connections\": %lu, \"sent\": %lu, \"received\": %lu, \"complete\": %s, \"requests\": {", connection_count,
           byte_counts[UP], byte_counts[DOWN], sees_all_requests ? "true" : "false");
    for (int i = 0; i < METHOD_COUNT; i++) printf("%s\"%s\": %lu", i ? ", " : "", METHODS[i], request_counts[i]);
    puts("}}");
    fflush(stdout);
    connection_count = 0;
    memset(byte_counts, 0, sizeof byte_counts);
    memset(request_counts, 0, sizeof request_counts);
}

// Bytes

static bool takes_more(enum Way way, int64_t now) {
    return rate ? links[way].free - now < QUEUE : links[way].bytes < ON_THEIR_WAY;
}

static void read_chunk(Flow *flow, int64_t now) {
    static char buffer[CHUNK];
    ssize_t count = read(flow->from, buffer, sizeof buffer);
    if (count < 0) {
        if (errno != EAGAIN && errno != EINTR) close_connection(flow->connection);
        return;
    }
    byte_counts[flow->way] += count;
    if (flow->way == UP) count_requests(&flow->connection->requests, buffer, count);
    if (count == 0) {
        flow->is_read = true;
        set_reading(flow, false);
    }

    Chunk *chunk = malloc(sizeof *chunk + count);
    check(chunk, "malloc");
    memcpy(chunk->bytes, buffer, count);
    if (links[flow->way].free < now) links[flow->way].free = now;
    if (rate) links[flow->way].free += count * UINT64_C(8000000000) / rate;
    chunk->flow = flow;
    chunk->due = links[flow->way].free + delay;
    chunk->start = 0;
    chunk->end = count;
    append(&links[flow->way].queue, chunk);
    links[flow->way].bytes += count;
    flow->connection->chunks++;
}

static void write_unread(Flow *flow) {
    while (flow->unread.head) {
        Chunk *chunk = flow->unread.head;
        if (chunk->start == chunk->end) {
            shutdown(flow->to, SHUT_WR);
            flow->is_written = true;
        }
        while (chunk->start < chunk->end) {
            ssize_t count = write(flow->to, chunk->bytes + chunk->start, chunk->end - chunk->start);
            if (count < 0 && errno == EAGAIN) {
                set_waiting(flow, true);
                return;
            }
            if (count < 0) {
                close_connection(flow->connection);
                return;
            }
            chunk->start += count;
            flow->unread_bytes -= count;
        }
        free(take_first(&flow->unread));
    }
    set_waiting(flow, false);
    Flow *flows = flow->connection->flows;
    if (flows[UP].is_written && flows[DOWN].is_written) close_connection(flow->connection);
}

// Reads again from a sender whose receiver has caught up.
static void write_more(Flow *flow) {
    write_unread(flow);
    if (flow->unread_bytes <= UNREAD && !flow->is_read && !flow->connection->is_dead) set_reading(flow, true);
}

static void deliver(enum Way way, int64_t now) {
    while (links[way].queue.head && links[way].queue.head->due <= now) {
        Chunk *chunk = take_first(&links[way].queue);
        Flow *flow = chunk->flow;
        flow->connection->chunks--;
        links[way].bytes -= chunk->end;
        if (flow->connection->is_dead) {
            free(chunk);
            continue;
        }
        append(&flow->unread, chunk);
        flow->unread_bytes += chunk->end;
        if (!flow->waits_to_write) write_unread(flow);
        if (flow->unread_bytes > UNREAD) set_reading(flow, false);
    }
}

// Connections

static struct sockaddr_in loopback(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return address;
}

static void accept_connection(int listener, uint16_t server_port, int64_t now) {
    int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    struct sockaddr_in address = loopback(server_port);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(server >= 0, "socket");
    if (connect(server, (struct sockaddr *)&address, sizeof address) != 0) {
        close(server);
        close(client);
        return;
    }
    int yes = 1;
    check(fcntl(server, F_SETFL, O_NONBLOCK) == 0, "fcntl");
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);

    Connection *connection = calloc(1, sizeof *connection);
    check(connection, "calloc");
    connection->flows[UP] = (Flow){.connection = connection, .way = UP, .from = client, .to = server};
    connection->flows[DOWN] = (Flow){.connection = connection, .way = DOWN, .from = server, .to = client};
    // The client's system has connected already, which takes a round trip.
    connection->opens = now + 2 * delay;
    *last_opening = connection;
    last_opening = &connection->next;
    connection_count++;
}

static void open_connections(int64_t now) {
    while (opening && opening->opens <= now) {
        Connection *connection = opening;
        opening = connection->next;
        if (!opening) last_opening = &opening;
        set_reading(&connection->flows[UP], true);
        set_reading(&connection->flows[DOWN], true);
    }
}

static int listen_anywhere(void) {
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    check(listener >= 0, "socket");
    check(bind(listener, (struct sockaddr *)&address, length) == 0, "bind");
    check(listen(listener, SOMAXCONN) == 0, "listen");
    check(getsockname(listener, (struct sockaddr *)&address, &length) == 0, "getsockname");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static void answer_questions(void) {
    char lines[64];
    ssize_t count = read(STDIN_FILENO, lines, sizeof lines);
    if (count <= 0) exit(0);
    for (ssize_t i = 0; i < count; i++) {
        if (lines[i] == '\n') report();
    }
}

// When there is something to do that no file tells of.
static int64_t next_time(int64_t now) {
    int64_t next = INT64_MAX;
    if (opening) next = opening->opens;
    for (int way = 0; way < WAYS; way++) {
        if (links[way].queue.head && links[way].queue.head->due < next) next = links[way].queue.head->due;
        if (rate && !takes_more(way, now) && links[way].free - QUEUE < next) next = links[way].free - QUEUE;
    }
    return next;
}

static void wait_for_work(struct pollfd *files, size_t count) {
    int64_t now = clock_now(), next = next_time(now);
    int64_t rest = next > now ? next - now : 0;
    struct timespec timeout = {.tv_sec = rest / 1000000000, .tv_nsec = rest % 1000000000};
    check(ppoll(files, count, next == INT64_MAX ? NULL : &timeout, NULL) >= 0 || errno == EINTR, "ppoll");
}

int main(int count, char **arguments) {
    check(count == 4, "usage: link SERVER-PORT BITS-A-SECOND DELAY");
    signal(SIGPIPE, SIG_IGN);
    uint16_t server_port = atoi(arguments[1]);
    rate = strtoull(arguments[2], NULL, 10);
    delay = strtoll(arguments[3], NULL, 10) * 1000;
    writers = epoll_create1(EPOLL_CLOEXEC);
    for (int way = 0; way < WAYS; way++) links[way].readers = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_anywhere();

    for (struct epoll_event events[EVENTS];;) {
        int64_t now = clock_now();
        open_connections(now);
        for (int way = 0; way < WAYS; way++) deliver(way, now);
        free_dead();

        struct pollfd files[] = {{STDIN_FILENO, POLLIN, 0}, {listener, POLLIN, 0}, {writers, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}};
        for (int way = 0; way < WAYS; way++) {
            if (takes_more(way, now)) files[3 + way].fd = links[way].readers;
        }
        wait_for_work(files, sizeof files / sizeof *files);
        if (files[0].revents) answer_questions();
        if (files[1].revents) accept_connection(listener, server_port, clock_now());
        if (files[2].revents) {
            int ready = epoll_wait(writers, events, EVENTS, 0);
            for (int i = 0; i < ready; i++) write_more(events[i].data.ptr);
        }
        now = clock_now();
        for (int way = 0; way < WAYS; way++) {
            if (!files[3 + way].revents) continue;
            int ready = epoll_wait(links[way].readers, events, EVENTS, 0);
            for (int i = 0; i < ready && takes_more(way, now); i++) {
                Flow *flow = events[i].data.ptr;
                if (!flow->connection->is_dead) read_chunk(flow, now);
            }
        }
    }
}
