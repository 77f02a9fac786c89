/* Runs short programs of the host, without a shell. */
#ifndef HATCHERY_COMMAND_H
#define HATCHERY_COMMAND_H

#include <stddef.h>
#include <sys/types.h>

enum { LONGEST_OUTPUT = 16384 };

/* The first output of a program, errors included. */
struct output {
    char text[LONGEST_OUTPUT + 1];
    size_t length;
};

/* The exit status of a process as a shell has it. */
int shell_status(int status);

/* Sets the signals that this process ignores back to their defaults, before it runs another program. */
void reset_signals(void);

/* A descriptor that polls as readable once the process has ended. */
int open_process(pid_t pid);

/*
 * Runs a program to its end and gives its status; EXIT_NOT_FOUND if it is not installed. Ends this process if the program does not end
 * in time.
 *
 * network_of: the process whose network namespace it runs in; 0 for this one's own
 */
int run(const char *const *arguments, pid_t network_of, struct output *output);

/* The last line of an output that is printable and not blank, with ": " before it; empty if there is none. */
const char *reason_in(const struct output *output);

#endif
