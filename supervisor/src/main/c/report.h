/* Error messages, and the exit statuses that a caller can rely on. */
#ifndef HATCHERY_REPORT_H
#define HATCHERY_REPORT_H

/* A shell's: 126 and 127 for a command that cannot be run, 128+n for one that signal n ended. */
enum { EXIT_USAGE = 2, EXIT_OWN_FAILURE = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127, EXIT_SIGNALLED = 128 };

/* Where errors go from now on: a file descriptor; standard error by default. */
void report_to(int fd);
int report_fd(void);

/* Called with the message, printable, before it is printed and the process ends; NULL for no call. */
void on_failure(void (*handle)(const char *what));

/* Prints what failed, and why by errno, and ends the process with EXIT_OWN_FAILURE. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same without errno. */
_Noreturn void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
