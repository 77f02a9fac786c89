/* Notifications of nspawn, see sd_notify(3). */
#ifndef HATCHERY_NOTIFY_H
#define HATCHERY_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { LONGEST_NOTIFICATION = 4096 };

struct notification {
    char text[LONGEST_NOTIFICATION];
    size_t length;
    pid_t leader; /* the container's init; 0 if the message has none */
    bool ready;
};

/* Parses the text of a message. Pure. */
void parse_notification(struct notification *message);

/* A socket at a path, for NOTIFY_SOCKET. */
int open_notify_socket(const char *path);

/* Receives a message and parses it; false if none is there. */
bool receive_notification(int socket, struct notification *message);

/* Sends a message as it was received to another socket. */
void send_notification(int socket, const struct notification *message, const char *path);

#endif
