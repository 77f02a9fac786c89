/* What a command and a session inside a container have in common. */
#ifndef HATCHERY_ENTRY_H
#define HATCHERY_ENTRY_H

#include <stdint.h>
#include <sys/types.h>

#include "cgroups.h"
#include "inside.h"
#include "leader.h"

/* Large: not for the stack. */
struct entry {
    struct leader leader;
    struct leaves leaves;
};

/* Reads the leader and makes the groups. From now on this process ends if the entry takes too long. */
void begin_entry(pid_t leader, uint64_t start_time, struct entry *entry);

/* The command runs, or does not: it has all the time that it takes. */
void finish_entry(void);

/* Kills a command, and waits for its end by its pidfd. */
void end_command(pid_t child, int ending);

/* The exit status of a command that has ended, as a shell has it. */
int reap(pid_t child);

/* A descriptor of the signals that end a session. They are blocked from now on. */
int open_signals(void);

#endif
