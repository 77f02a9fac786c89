#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

enum { PAUSE_NS = 200000000, LONGEST_NAME = 64 };

bool write_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t count = write(fd, bytes, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

bool try_record(int folder, const char *name, const char *line) {
    char fresh[LONGEST_NAME];
    snprintf(fresh, sizeof fresh, ".%s", name);
    int file = openat(folder, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return false;
    bool written = write_all(file, line, strlen(line)) && write_all(file, "\n", 1);
    int reason = errno;
    if (close(file))
        return false;
    errno = reason;
    return written && !renameat(folder, fresh, folder, name);
}

bool wait_for_space(void) {
    if (errno != ENOSPC && errno != EDQUOT)
        return false;
    nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    return true;
}

void record_surely(int folder, const char *name, const char *line) {
    while (!try_record(folder, name, line))
        if (!wait_for_space())
            fail("cannot write the file %s", name);
}
