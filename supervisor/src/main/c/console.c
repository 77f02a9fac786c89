#include "console.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

enum { LINES_BYTES = 84 }; /* four numbers of 20 digits, each with a blank or a line feed */

static int open_beside(const struct console *console, int flags) {
    char path[LONGEST_PATH];
    if (snprintf(path, sizeof path, "%s.lines", console->path) >= LONGEST_PATH)
        return -1;
    mode_t before = umask(0027); /* the group of its owner may read it */
    int file = open(path, flags | O_CLOEXEC, 0640);
    umask(before);
    return file;
}

/* A console is kept without it, too. */
static void record_lines(const struct console *console) {
    char text[LINES_BYTES + 1];
    int file = open_beside(console, O_WRONLY | O_CREAT);
    if (file < 0)
        return;
    snprintf(text, sizeof text, "%020" PRIu64 " %020" PRIu64 "\n%020" PRIu64 " %020" PRIu64 "\n", console->inodes[0], console->before[0],
             console->inodes[1], console->before[1]);
    /* A short write leaves a number that no inode of today has, which readers ignore. */
    ssize_t written = pwrite(file, text, LINES_BYTES, 0);
    (void)written;
    close(file);
}

/* What the last supervisor has recorded, if that is about this file. */
static void recall_lines(struct console *console) {
    char text[LINES_BYTES + 1] = "";
    uint64_t found[4];
    int file = open_beside(console, O_RDONLY);
    if (file < 0)
        return;
    ssize_t length = pread(file, text, LINES_BYTES, 0);
    close(file);
    if (length != LINES_BYTES
        || sscanf(text, "%20" SCNu64 " %20" SCNu64 "\n%20" SCNu64 " %20" SCNu64, &found[0], &found[1], &found[2], &found[3]) != 4
        || found[0] != console->inodes[0])
        return;
    console->before[0] = found[1];
    console->inodes[1] = found[2];
    console->before[1] = found[3];
}

static uint64_t count_lines(const char *bytes, size_t length) {
    uint64_t lines = 0;
    for (size_t i = 0; i < length; i++)
        lines += bytes[i] == '\n';
    return lines;
}

/* A file that an earlier supervisor has begun, which has at most half the bytes of the console. */
static uint64_t count_file(const char *path) {
    char bytes[16384];
    uint64_t lines = 0;
    ssize_t count;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    while ((count = read(file, bytes, sizeof bytes)) > 0)
        lines += count_lines(bytes, (size_t)count);
    close(file);
    return lines;
}

static void open_file(struct console *console) {
    struct stat status;
    mode_t before = umask(0027); /* the group of its owner may read it */
    console->file = open(console->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    umask(before);
    bool is_there = console->file >= 0 && !fstat(console->file, &status);
    console->used = is_there ? (uint64_t)status.st_size : 0;
    console->inodes[0] = is_there ? (uint64_t)status.st_ino : 0;
    console->lines = 0;
}

void open_console(struct console *console, const char *path, uint64_t most_bytes) {
    *console = (struct console){.path = path, .half = most_bytes / 2};
    open_file(console);
    if (console->file < 0)
        return;
    recall_lines(console);
    console->lines = count_file(path);
    record_lines(console);
}

static void rotate(struct console *console) {
    char older[LONGEST_PATH];
    int length = snprintf(older, sizeof older, "%s.1", console->path);
    /* If it cannot be renamed, what it has is lost: it would grow without a bound. */
    bool is_kept = length < LONGEST_PATH && !rename(console->path, older);
    if (!is_kept && ftruncate(console->file, 0))
        return;
    uint64_t inode = console->inodes[0], before = console->before[0];
    close(console->file);
    console->before[0] += console->lines;
    open_file(console);
    if (is_kept) {
        console->inodes[1] = inode;
        console->before[1] = before;
    }
    record_lines(console);
}

static void keep_tail(struct console *console, const char *bytes, size_t length) {
    if (length > TAIL_BYTES) {
        bytes += length - TAIL_BYTES;
        length = TAIL_BYTES;
    }
    size_t kept = console->tail_length + length > TAIL_BYTES ? TAIL_BYTES - length : console->tail_length;
    memmove(console->tail, console->tail + console->tail_length - kept, kept);
    memcpy(console->tail + kept, bytes, length);
    console->tail_length = kept + length;
}

/* The length of the longest start of the bytes that fits into one file; it ends with a line if a line ends in it. */
static size_t first_part(const struct console *console, const char *bytes, size_t length) {
    if (length <= console->half)
        return length;
    const char *end = memrchr(bytes, '\n', console->half);
    return end ? (size_t)(end + 1 - bytes) : (size_t)console->half;
}

void write_console(struct console *console, const char *bytes, size_t length) {
    keep_tail(console, bytes, length);
    if (console->file < 0)
        open_file(console);
    while (length > 0 && console->file >= 0) {
        size_t part = first_part(console, bytes, length);
        if (console->used + part > console->half)
            rotate(console);
        if (console->file < 0 || console->used + part > console->half)
            return;
        ssize_t written = write(console->file, bytes, part);
        if (written <= 0)
            return;
        console->used += (uint64_t)written;
        console->lines += count_lines(bytes, (size_t)written);
        bytes += written;
        length -= (size_t)written;
    }
}
