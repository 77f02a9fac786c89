#include "entry.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "report.h"

enum {
    DEATH_MILLISECONDS = 5000,
    ENTRY_SECONDS = 20, /* a frozen container stops the entering process */
};

static const struct leaves *watched_leaves;

static void give_up(int signal) {
    (void)signal;
    static const char WHY[] = "hatchery-supervisor: the container does not let anyone in: is it frozen?\n";
    ssize_t written = write(STDERR_FILENO, WHY, sizeof WHY - 1);
    (void)written;
    if (watched_leaves)
        remove_leaves(watched_leaves);
    _exit(EXIT_OWN_FAILURE);
}

/* Nobody else reaps it: its container could not end before it is. One that is frozen by cgroups of version 1 does not die. */
void end_command(pid_t child, int ending) {
    struct pollfd wait = {.fd = ending, .events = POLLIN};
    syscall(SYS_pidfd_send_signal, ending, SIGKILL, NULL, 0);
    while (poll(&wait, 1, DEATH_MILLISECONDS) < 0 && errno == EINTR)
        continue;
    waitpid(child, NULL, __WALL | WNOHANG);
}

int reap(pid_t child) {
    int status;
    while (waitpid(child, &status, __WALL) < 0)
        if (errno != EINTR)
            fail("cannot wait for the command");
    return shell_status(status);
}

int open_signals(void) {
    sigset_t asked;
    sigemptyset(&asked);
    for (const int *one = (const int[]){SIGTERM, SIGINT, SIGHUP, 0}; *one; one++)
        sigaddset(&asked, *one);
    if (sigprocmask(SIG_BLOCK, &asked, NULL))
        fail("cannot block signals");
    int signals = signalfd(-1, &asked, SFD_CLOEXEC);
    if (signals < 0)
        fail("cannot read signals");
    return signals;
}

void begin_entry(pid_t pid, uint64_t start, struct entry *entry) {
    signal(SIGALRM, give_up);
    alarm(ENTRY_SECONDS);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
        fail("cannot hide this process");
    read_leader(pid, start, &entry->leader);
    make_leaves(&entry->leader, &entry->leaves);
    watched_leaves = &entry->leaves;
}

void finish_entry(void) { alarm(0); }
