#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One message is one write, so that it stays whole in a pipe (pipe(7), PIPE_BUF). */
enum { LONGEST_MESSAGE = 1024 };

static int target = STDERR_FILENO;

void report_to(int fd) { target = fd; }

int report_fd(void) { return target; }

static _Noreturn void end(const char *reason, const char *format, va_list arguments) {
    char what[LONGEST_MESSAGE / 2];
    char line[LONGEST_MESSAGE];
    vsnprintf(what, sizeof what, format, arguments);
    int length = snprintf(line, sizeof line, "hatchery-supervisor: %s%s%s\n", what, *reason ? ": " : "", reason);
    ssize_t written = write(target, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
    (void)written; /* there is nobody else to report this to */
    _exit(EXIT_OWN_FAILURE);
}

void fail(const char *format, ...) {
    const char *reason = strerror(errno);
    va_list arguments;
    va_start(arguments, format);
    end(reason, format, arguments);
}

void refuse(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    end("", format, arguments);
}
