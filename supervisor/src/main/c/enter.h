/* Runs a command inside a container with what its leader has: namespaces, control groups, capabilities, system call filters. */
#ifndef HATCHERY_ENTER_H
#define HATCHERY_ENTER_H

#include <stdint.h>
#include <sys/types.h>

/* The path is absolute inside. Returns its exit status as a shell has it, or ends this process. */
int enter(pid_t leader, uint64_t start_time, char **command);

/* Goes on as a sealed copy of this program in memory, unless it is that already. */
void become_sealed_copy(char **arguments);

#endif
