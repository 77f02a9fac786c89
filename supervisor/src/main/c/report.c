#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "words.h"

/* One message is one write, so that it stays whole in a pipe (pipe(7), PIPE_BUF). */
enum { LONGEST_MESSAGE = 1024 };

static int target = STDERR_FILENO;

void report_to(int fd) { target = fd; }

int report_fd(void) { return target; }

static void (*handler)(const char *);

void on_failure(void (*handle)(const char *)) { handler = handle; }

static _Noreturn void end(const char *reason, const char *format, va_list arguments) {
    char what[LONGEST_MESSAGE / 2], line[LONGEST_MESSAGE], shown[LONGEST_MESSAGE] = "hatchery-supervisor: ";
    size_t name = strlen(shown);
    vsnprintf(what, sizeof what, format, arguments);
    snprintf(line, sizeof line, "%s%s%s", what, *reason ? ": " : "", reason);
    size_t length = name + printable(line, strlen(line), shown + name, sizeof shown - name - 1);
    if (handler) {
        void (*handle)(const char *) = handler;
        handler = NULL; /* a failure of its own is printed */
        handle(shown + name);
    }
    shown[length] = '\n';
    ssize_t written = write(target, shown, length + 1);
    (void)written; /* there is no other place to report this to */
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
