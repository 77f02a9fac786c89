/* A folder of a test's own, and what a process that it forks comes to. */
#ifndef HATCHERY_SCRATCH_H
#define HATCHERY_SCRATCH_H

#include <stdbool.h>
#include <sys/types.h>

/* A fresh folder. */
char *make_scratch(void);

/* Removes it, with all that is in it. */
void remove_scratch(char *folder);

/* A path below a folder, to be used before the eighth next call. */
const char *below(const char *folder, const char *name);

void write_text(const char *path, const char *text);

/* Whether a file has that text and a line feed. */
bool has_text(const char *path, const char *text);

/* Whether a file holds that text. */
bool contains(const char *path, const char *text);

/* Waits for a process; its status as a shell has it. */
int status_of(pid_t child);

#endif
