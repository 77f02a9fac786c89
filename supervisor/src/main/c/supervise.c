#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroups.h"
#include "command.h"
#include "console.h"
#include "network.h"
#include "notify.h"
#include "record.h"
#include "report.h"
#include "text.h"
#include "words.h"

enum { OWN_FAILURE = 255, LONGEST_RECORD = 64 };

/* The one run that this process is for. */
static struct {
    int folder;
    struct console console;
    int notifications;
    pid_t child;
    long long settle; /* milliseconds that the container must live after the notification of readiness until it counts as ready */
    long long settled_at; /* when that is, by now(); 0 before */
} run_of;

/* Not worth waiting for a full disk. */
static void record_last_output(const char *text, size_t length) {
    char words[LONGEST_WORDS + 1];
    if (last_words(text, length, words) && !try_record(run_of.folder, "last-output", words))
        dprintf(STDERR_FILENO, "hatchery-supervisor: cannot write the file last-output: %s\n", strerror(errno));
}

static void record_status(int status) {
    char number[LONGEST_RECORD];
    snprintf(number, sizeof number, "%d", status);
    record_surely(run_of.folder, "exit", number);
}

static void record_failure(const char *what) {
    char line[LONGEST_PATH];
    int length = snprintf(line, sizeof line, "hatchery: %s\n", what);
    write_console(&run_of.console, line, (size_t)length);
    record_last_output(what, strlen(what));
    if (run_of.child > 0)
        kill(run_of.child, SIGKILL);
    record_status(OWN_FAILURE);
}

static void record_process(const char *name, pid_t pid) {
    uint64_t ticks;
    char line[LONGEST_RECORD];
    if (!process_start(pid, &ticks))
        return; /* it has ended already */
    snprintf(line, sizeof line, "%d %llu", pid, (unsigned long long)ticks);
    record_surely(run_of.folder, name, line);
}

/* Whether this run begins. Tried again while the disk is full, since nothing else decides it. */
static bool claim(void) {
    while (symlinkat("supervisor", run_of.folder, "claim")) {
        if (errno == EEXIST)
            return false;
        if (!wait_for_space())
            fail("cannot claim the run");
    }
    return true;
}

static void ignore_signals(void) {
    static const int IGNORED[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE};
    for (size_t i = 0; i < sizeof IGNORED / sizeof *IGNORED; i++)
        signal(IGNORED[i], SIG_IGN);
}

static _Noreturn void be_program(const struct supervision *what, const char *notify, int output) {
    on_failure(NULL);
    report_to(output);
    for (char **group = what->groups; *group; group++)
        join_cgroup(*group);
    umask(022);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
        fail("cannot set up the streams of %s", what->program[0]);
    if (setenv("NOTIFY_SOCKET", notify, 1))
        fail("cannot set NOTIFY_SOCKET");
    reset_signals();
    execv(what->program[0], what->program);
    fail("cannot run %s", what->program[0]);
}

static long long now(void) {
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time))
        fail("cannot read the clock");
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* 0 without a file. */
static long long settle_time(void) {
    char text[LONGEST_RECORD] = "";
    int file = openat(run_of.folder, "settle", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 ? strtoll(text, NULL, 10) : 0;
}

static void become_ready(void) {
    record_surely(run_of.folder, "ready", "ready");
    run_of.settle = 0;
    run_of.settled_at = 0;
}

/* For how long nothing is due; -1 if for ever. */
static int idle_time(void) {
    if (!run_of.settled_at)
        return -1;
    long long left = run_of.settled_at - now();
    return left > 0 ? (int)left : 0;
}

/* The network comes first: a reader of the files leader and ready may rely on it. */
static void take_notifications(void) {
    static struct notification message;
    while (receive_notification(run_of.notifications, &message)) {
        if (message.leader) {
            set_up_network(run_of.folder, message.leader);
            if (unlinkat(run_of.folder, "after", 0) && errno != ENOENT)
                fail("cannot remove the file after");
            record_process("leader", message.leader);
        }
        if (message.ready && run_of.settle > 0)
            run_of.settled_at = now() + run_of.settle;
        else if (message.ready)
            become_ready();
    }
}

/* How many bytes were taken; 0 at the end of the output. */
static size_t take_output(int output) {
    static char bytes[65536];
    ssize_t count;
    while ((count = read(output, bytes, sizeof bytes)) < 0)
        if (errno != EINTR)
            fail("cannot read what the container prints");
    write_console(&run_of.console, bytes, (size_t)count);
    return (size_t)count;
}

static int await_exit(int output) {
    struct pollfd wait[] = {{.fd = open_process(run_of.child), .events = POLLIN},
                            {.fd = run_of.notifications, .events = POLLIN},
                            {.fd = output, .events = POLLIN}};
    while (!wait[0].revents) {
        if (poll(wait, 3, idle_time()) < 0 && errno != EINTR)
            fail("cannot wait for the container");
        if (wait[1].revents)
            take_notifications();
        if (wait[2].revents && take_output(output) == 0)
            wait[2].fd = -1;
        if (!wait[0].revents && idle_time() == 0)
            become_ready();
    }
    int status, left = 0;
    while (waitpid(run_of.child, &status, 0) < 0)
        if (errno != EINTR)
            fail("cannot read the container's exit status");
    run_of.child = 0;
    /* The last notifications and output are recorded before the exit. A process that outlives the container is not waited for. */
    take_notifications();
    if (wait[2].fd >= 0 && ioctl(output, FIONREAD, &left))
        fail("cannot read what the container printed last");
    for (size_t taken = 1; left > 0 && taken > 0; left -= (int)taken)
        taken = take_output(output);
    return shell_status(status);
}

static void hold(const struct supervision *what) {
    char notify[LONGEST_PATH];
    int ends[2];
    for (char **group = what->outside; *group; group++)
        join_cgroup(*group);
    record_process("supervisor", getpid());
    run_of.settle = settle_time();
    if (snprintf(notify, sizeof notify, "%s/notify", what->run) >= LONGEST_PATH)
        refuse("the folder %s has too long a name", what->run);
    run_of.notifications = open_notify_socket(notify);
    if (pipe2(ends, O_CLOEXEC))
        fail("cannot make a pipe");
    run_of.child = fork();
    if (run_of.child < 0)
        fail("cannot fork");
    if (run_of.child == 0)
        be_program(what, notify, ends[1]);
    close(ends[1]);
    int status = await_exit(ends[0]);
    if (status)
        record_last_output(run_of.console.tail, run_of.console.tail_length);
    record_status(status);
}

/* Errors are written to the console by record_failure; the caller's streams may be files that would grow without a bound. */
static void drop_streams(void) {
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDOUT_FILENO) < 0 || dup2(nothing, STDERR_FILENO) < 0)
        fail("cannot drop the standard streams");
}

void supervise(const struct supervision *what) {
    pid_t own = fork();
    if (own < 0)
        fail("cannot fork");
    if (own > 0)
        return;
    if (setsid() < 0)
        fail("cannot begin a session");
    if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0) && errno != ENOSYS)
        fail("cannot close files of the runner");
    run_of.folder = open(what->run, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (run_of.folder < 0)
        fail("cannot open the run's folder %s", what->run);
    if (!claim())
        _exit(0);
    ignore_signals();
    umask(077);
    open_console(&run_of.console, what->console, what->console_bytes);
    drop_streams();
    on_failure(record_failure);
    hold(what);
    _exit(0);
}
