#include "console.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

static void open_file(struct console *console) {
    struct stat status;
    mode_t before = umask(0027); /* the group of its owner may read it */
    console->file = open(console->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    umask(before);
    console->used = console->file >= 0 && !fstat(console->file, &status) ? (uint64_t)status.st_size : 0;
}

void open_console(struct console *console, const char *path, uint64_t most_bytes) {
    *console = (struct console){.path = path, .half = most_bytes / 2};
    open_file(console);
}

static void rotate(struct console *console) {
    char older[LONGEST_PATH];
    int length = snprintf(older, sizeof older, "%s.1", console->path);
    /* If it cannot be renamed, what it has is lost: it would grow without a bound. */
    if ((length >= LONGEST_PATH || rename(console->path, older)) && ftruncate(console->file, 0))
        return;
    close(console->file);
    open_file(console);
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
        bytes += written;
        length -= (size_t)written;
    }
}
