#include "forward.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "report.h"

enum { CHUNK = 65536 };

/* Nothing more is read before all that was read is written. */
struct direction {
    int from, to;
    bool is_open;
    size_t begin, end;
    char bytes[CHUNK];
};

static int connect_to(const struct sockaddr *address, socklen_t length) {
    int connection = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection >= 0 && connect(connection, address, length)) {
        int reason = errno;
        close(connection);
        errno = reason;
        return -1;
    }
    return connection;
}

/* The reason of a failure is that of IPv4, which more programs listen on. */
static int connect_to_loopback(int port) {
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int connection = connect_to((const struct sockaddr *)&four, sizeof four);
    if (connection >= 0)
        return connection;
    int reason = errno;
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    connection = connect_to((const struct sockaddr *)&six, sizeof six);
    errno = reason;
    return connection;
}

static bool again(void) { return errno == EAGAIN || errno == EINTR; }

static bool has_bytes(const struct direction *direction) { return direction->begin < direction->end; }

/* False once nothing more comes, or nobody takes it. */
static bool move(struct direction *direction) {
    if (has_bytes(direction)) {
        ssize_t count = write(direction->to, direction->bytes + direction->begin, direction->end - direction->begin);
        direction->begin += count > 0 ? (size_t)count : 0;
        return count >= 0 || again();
    }
    ssize_t count = read(direction->from, direction->bytes, CHUNK);
    direction->begin = 0;
    direction->end = count > 0 ? (size_t)count : 0;
    return count > 0 || (count < 0 && again());
}

static struct pollfd wait_for(const struct direction *direction) {
    if (!direction->is_open)
        return (struct pollfd){.fd = -1};
    return has_bytes(direction) ? (struct pollfd){.fd = direction->to, .events = POLLOUT}
                                : (struct pollfd){.fd = direction->from, .events = POLLIN};
}

static _Noreturn void relay(int connection) {
    static struct direction in = {.from = STDIN_FILENO, .is_open = true}, out = {.to = STDOUT_FILENO, .is_open = true};
    in.to = out.from = connection;
    while (in.is_open || out.is_open) {
        /* While only input is left: a peer that has closed both directions takes none. */
        struct pollfd wait[] = {wait_for(&in), wait_for(&out), {.fd = out.is_open ? -1 : connection}};
        if (poll(wait, 3, -1) < 0 && errno != EINTR)
            fail("cannot wait for the connection");
        if (wait[2].revents & (POLLHUP | POLLERR))
            break;
        if (wait[0].revents && !move(&in)) {
            in.is_open = false;
            shutdown(connection, SHUT_WR);
        }
        if (wait[1].revents && !move(&out)) {
            out.is_open = false;
            close(STDOUT_FILENO);
        }
    }
    _exit(0);
}

void forward_port(int port) {
    int connection = connect_to_loopback(port);
    if (connection < 0)
        fail("cannot connect to port %d of the container", port);
    signal(SIGPIPE, SIG_IGN);
    for (const int *one = (const int[]){STDIN_FILENO, STDOUT_FILENO, connection, -1}; *one >= 0; one++)
        if (fcntl(*one, F_SETFL, O_NONBLOCK))
            fail("cannot set up the connection");
    close(STDERR_FILENO);
    close(report_fd()); /* whose end tells that it has begun */
    relay(connection);
}
