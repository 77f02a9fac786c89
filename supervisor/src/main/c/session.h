/* Runs a command inside a container for a user who is elsewhere: with standard streams or a terminal. */
#ifndef HATCHERY_SESSION_H
#define HATCHERY_SESSION_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Reads the request and then the input from the standard input, and writes output and end to the standard output, as frames (frames.h).
 * The end of the standard input ends the session. Gives the exit status of the command.
 */
int run_session(pid_t leader, uint64_t start_time);

#endif
