#include "notify.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "report.h"
#include "text.h"

static const char LEADER[] = "X_NSPAWN_LEADER_PID=", READY[] = "READY=1";

enum { LONGEST_PID = 10 };

static bool is_word(const char *line, size_t length, const char *word) {
    return length == strlen(word) && !memcmp(line, word, length);
}

static pid_t leader_in(const char *line, size_t length) {
    size_t name = sizeof LEADER - 1;
    char digits[LONGEST_PID + 1] = "";
    uint64_t pid;
    if (length <= name || length - name > LONGEST_PID || memcmp(line, LEADER, name))
        return 0;
    memcpy(digits, line + name, length - name);
    return whole_number(digits, INT_MAX, &pid) && pid > 1 ? (pid_t)pid : 0;
}

void parse_notification(struct notification *message) {
    message->leader = 0;
    message->ready = false;
    for (size_t at = 0; at < message->length;) {
        const char *line = message->text + at, *end = memchr(line, '\n', message->length - at);
        size_t length = end ? (size_t)(end - line) : message->length - at;
        pid_t leader = leader_in(line, length);
        message->leader = leader ? leader : message->leader;
        message->ready |= is_word(line, length, READY);
        at += length + 1;
    }
}

static socklen_t address_of(const char *path, struct sockaddr_un *address) {
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address->sun_path)
        refuse("the socket's path %s is longer than %zu characters", path, sizeof address->sun_path - 1);
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, path, length);
    if (*path == '@')
        address->sun_path[0] = 0; /* unix(7), abstract sockets */
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (*path != '@'));
}

int open_notify_socket(const char *path) {
    struct sockaddr_un address;
    socklen_t length = address_of(path, &address);
    int opened = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (opened < 0)
        fail("cannot make a socket");
    if ((unlink(path) && errno != ENOENT) || bind(opened, (const struct sockaddr *)&address, length))
        fail("cannot bind a socket to %s", path);
    return opened;
}

bool receive_notification(int from, struct notification *message) {
    ssize_t count = recv(from, message->text, sizeof message->text, MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN && errno != EINTR)
        fail("cannot receive the notifications of nspawn");
    message->length = count > 0 ? (size_t)count : 0;
    parse_notification(message);
    return count >= 0;
}

void send_notification(int from, const struct notification *message, const char *path) {
    struct sockaddr_un address;
    socklen_t length = address_of(path, &address);
    if (sendto(from, message->text, message->length, 0, (const struct sockaddr *)&address, length) < 0)
        fail("cannot notify systemd at %s", path);
}
