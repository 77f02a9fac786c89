/* Files with events of a run. Each is written atomically: under another name, then renamed. */
#ifndef HATCHERY_RECORD_H
#define HATCHERY_RECORD_H

#include <stdbool.h>
#include <stddef.h>

/* Writes a line to a file of a folder; false, with errno, if that fails. */
bool try_record(int folder, const char *name, const char *line);

/* The same for events that no other process knows: waits while the disk is full. */
void record_surely(int folder, const char *name, const char *line);

/* Waits a moment if errno is that of a full disk; false for any other. */
bool wait_for_space(void);

/* Writes all of it; false, with errno, if that fails. */
bool write_all(int fd, const char *bytes, size_t length);

#endif
