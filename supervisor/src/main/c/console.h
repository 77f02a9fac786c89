/*
 * What a container prints, kept in two files of half the bytes each: a full one takes the place of the older one. The file PATH.lines
 * says for both how many lines came before, so that a reader that is too slow knows how many it has missed: each line has an inode and
 * that number, the newer file first.
 */
#ifndef HATCHERY_CONSOLE_H
#define HATCHERY_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

enum { TAIL_BYTES = 4096 };

struct console {
    const char *path; /* the older file ends in .1 */
    uint64_t half;
    uint64_t used;
    int file; /* -1 while there is no room for it */
    uint64_t lines; /* in the file */
    uint64_t inodes[2], before[2]; /* of the file and of the older one */
    char tail[TAIL_BYTES];
    size_t tail_length;
};

/* Opens it. A container does not depend on its console: what cannot be written is lost. */
void open_console(struct console *console, const char *path, uint64_t most_bytes);

void write_console(struct console *console, const char *bytes, size_t length);

#endif
