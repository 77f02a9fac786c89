/*
 * Holds one run of one container, so that the runner may exit and start again: it records the exit status, which only the parent of a
 * process learns, and the notifications, which are sent once, beside the console.
 *
 * The run's folder has "after", see network.h. The supervisor makes these files there, each in one step:
 *   claim        a link to "supervisor" or "runner": the first to make it decides whether this run begins or never will
 *   supervisor   "<pid> <start time>" of this process
 *   leader       "<pid> <start time>" of the container's init, as nspawn reports it
 *   ready        the container is ready
 *   last-output  the last line of output, if the run ended with another status than 0
 *   exit         the exit status; 128+n for an end by signal n, 255 if this process failed
 * The start time is field 22 of proc_pid_stat(5), which with the pid identifies a process. Runners adopt runs of older
 * supervisors by these files: a file keeps its name and its meaning.
 */
#ifndef HATCHERY_SUPERVISE_H
#define HATCHERY_SUPERVISE_H

#include <stdint.h>

struct supervision {
    const char *run;     /* the run's folder */
    const char *console; /* the console's file */
    uint64_t console_bytes;
    char **outside; /* groups for this process, NULL after the last */
    char **groups;  /* groups for the program, NULL after the last */
    char **program;
};

/* Begins, in a process of its own in a session of its own; returns at once in the caller. */
void supervise(const struct supervision *what);

#endif
