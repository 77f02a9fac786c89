#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "report.h"
#include "text.h"
#include "words.h"

enum { LONGEST_SECONDS = 30 };

int shell_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SIGNALLED + WTERMSIG(status); }

void reset_signals(void) {
    static const int IGNORED[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE};
    for (size_t i = 0; i < sizeof IGNORED / sizeof *IGNORED; i++)
        signal(IGNORED[i], SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

int open_process(pid_t pid) {
    int opened = (int)syscall(SYS_pidfd_open, pid, 0);
    if (opened < 0)
        fail("cannot open process %d", pid);
    return opened;
}

static _Noreturn void be_program(const char *const *arguments, pid_t network_of, int output) {
    on_failure(NULL);
    report_to(output);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
        fail("cannot set up the streams of %s", arguments[0]);
    if (network_of) {
        char name[32];
        snprintf(name, sizeof name, "/proc/%d/ns/net", network_of);
        int network = open(name, O_RDONLY | O_CLOEXEC);
        if (network < 0 || setns(network, CLONE_NEWNET))
            fail("cannot join the network of process %d", network_of);
    }
    reset_signals();
    execvp(arguments[0], (char *const *)arguments);
    char nixos[LONGEST_PATH];
    snprintf(nixos, sizeof nixos, "/run/current-system/sw/bin/%s", arguments[0]);
    if (errno == ENOENT)
        execv(nixos, (char *const *)arguments);
    if (errno == ENOENT)
        _exit(EXIT_NOT_FOUND);
    fail("cannot run %s", arguments[0]);
}

static long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000;
}

/* Takes what is there; false at the end of it. What does not fit is dropped. */
static bool take(int from, struct output *output) {
    char dropped[1024];
    size_t room = LONGEST_OUTPUT - output->length;
    ssize_t count = room ? read(from, output->text + output->length, room) : read(from, dropped, sizeof dropped);
    if (count < 0)
        return errno == EINTR || errno == EAGAIN;
    output->length += room ? (size_t)count : 0;
    return count > 0;
}

int run(const char *const *arguments, pid_t network_of, struct output *output) {
    int ends[2], status;
    output->length = 0;
    if (pipe2(ends, O_CLOEXEC))
        fail("cannot make a pipe");
    pid_t child = fork();
    if (child < 0)
        fail("cannot fork");
    if (child == 0)
        be_program(arguments, network_of, ends[1]);
    close(ends[1]);
    struct pollfd wait[] = {{.fd = open_process(child), .events = POLLIN}, {.fd = ends[0], .events = POLLIN}};
    long deadline = milliseconds() + LONGEST_SECONDS * 1000L;
    while (!wait[0].revents) {
        long left = deadline - milliseconds();
        if (left <= 0) {
            kill(child, SIGKILL);
            waitpid(child, NULL, 0);
            refuse("%s does not end within %d s", arguments[0], LONGEST_SECONDS);
        }
        if (poll(wait, 2, (int)left) < 0 && errno != EINTR)
            fail("cannot wait for %s", arguments[0]);
        if (wait[1].revents && !take(ends[0], output))
            wait[1].fd = -1;
    }
    /* Nothing that outlives it is waited for. */
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    while (wait[1].fd >= 0 && poll(&wait[1], 1, 0) > 0 && output->length < LONGEST_OUTPUT && take(ends[0], output))
        continue;
    output->text[output->length] = 0;
    close(wait[0].fd);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            fail("cannot wait for %s", arguments[0]);
    return shell_status(status);
}

const char *reason_in(const struct output *output) {
    static char reason[LONGEST_WORDS + 3] = ": ";
    return last_words(output->text, output->length, reason + 2) ? reason : "";
}
