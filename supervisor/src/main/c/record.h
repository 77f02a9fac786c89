/* Files that say what happened. Each is there as a whole or not at all: it is written under another name and renamed. */
#ifndef HATCHERY_RECORD_H
#define HATCHERY_RECORD_H

#include <stdbool.h>
#include <stddef.h>

/* Writes a line to a file of a folder; false, with errno, if that fails. */
bool try_record(int folder, const char *name, const char *line);

/* The same for what nobody else knows: a full disk is waited for. */
void record_surely(int folder, const char *name, const char *line);

/* Waits a moment if errno says that a disk is full; false if it says anything else. */
bool wait_for_space(void);

/* Writes all of it; false, with errno, if that fails. */
bool write_all(int fd, const char *bytes, size_t length);

#endif
