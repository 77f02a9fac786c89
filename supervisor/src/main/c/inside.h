/* The way into a container: a process inside with what its leader has, or with less for another user than root. */
#ifndef HATCHERY_INSIDE_H
#define HATCHERY_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cgroups.h"
#include "leader.h"

/* What is run inside, and as whom. */
struct errand {
    char **command;     /* NULL at its end; without a word it is the user's login shell */
    char **environment; /* NAME=VALUE beside what every command has, NULL at its end; NULL for none */
    const char *user;   /* by name or number; NULL for root without a look at the container's files */
    const char *folder; /* where it begins; NULL for the user's home, or "/" if there is none */
    int port; /* a port on the container's loopback that it is connected to instead of a command; 0 for none */
    bool terminal;
    unsigned short rows, columns; /* of the terminal */
    int in, out, err;             /* its ends of pipes, unless it has a terminal */
};

enum { LONGEST_REASON = 4096 };

/*
 * Runs it. Its pid, which is a child of this process; -1 if it did not begin.
 *
 * master: this process's end of the terminal
 * reason: what went wrong, with a line feed; also if there is a pid, and the command could not be executed
 */
pid_t run_inside(
    const struct leader *leader, const struct leaves *leaves, const struct errand *errand, int *master, char reason[LONGEST_REASON]);

#endif
