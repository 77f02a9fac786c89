#include "enter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "entry.h"
#include "report.h"

/* Copies what is there; false at the end of it. */
static bool pass_on(int from) {
    char bytes[65536];
    ssize_t count = read(from, bytes, sizeof bytes);
    for (ssize_t done = 0; done < count;) {
        ssize_t written = write(STDOUT_FILENO, bytes + done, (size_t)(count - done));
        if (written < 0 && errno != EINTR)
            return true; /* the reader has gone; the command does not notice */
        done += written > 0 ? written : 0;
    }
    return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

/* Waits for the end of the command, or for a signal, which kills its group. Processes that it leaves are not waited for. */
static int await_end(pid_t child, int output) {
    int signals = open_signals(), ending = open_process(child);
    if (fcntl(output, F_SETFL, O_NONBLOCK))
        fail("cannot wait for the command");
    struct pollfd wait[] = {{.fd = ending, .events = POLLIN}, {.fd = signals, .events = POLLIN}, {.fd = output, .events = POLLIN}};
    while (true) {
        if (poll(wait, 3, -1) < 0 && errno != EINTR)
            fail("cannot wait for the command");
        if (wait[2].revents && !pass_on(output))
            wait[2].fd = -1;
        if (wait[1].revents) {
            struct signalfd_siginfo got;
            if (read(signals, &got, sizeof got) == sizeof got) {
                end_command(child, ending);
                return EXIT_SIGNALLED + (int)got.ssi_signo;
            }
        }
        if (wait[0].revents)
            break;
    }
    while (poll(&wait[2], 1, 0) > 0 && wait[2].revents & POLLIN && pass_on(output))
        continue;
    return reap(child);
}

int enter(pid_t pid, uint64_t start, char **command) {
    static struct entry entry;
    static char reason[LONGEST_REASON];
    int nothing[2], output[2], none = -1;
    begin_entry(pid, start, &entry);
    if (pipe2(nothing, O_CLOEXEC) || pipe2(output, O_CLOEXEC))
        fail("cannot make a pipe");
    close(nothing[1]); /* its standard input is at its end */
    const struct errand errand = {.command = command, .folder = "/", .in = nothing[0], .out = output[1], .err = output[1]};
    pid_t child = run_inside(&entry.leader, &entry.leaves, &errand, &none, reason);
    ssize_t written = write(STDERR_FILENO, reason, strlen(reason));
    (void)written; /* the exit status says it too */
    finish_entry();
    int result = child > 0 ? await_end(child, output[0]) : EXIT_OWN_FAILURE;
    remove_leaves(&entry.leaves);
    return result;
}
