#include "enter.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroups.h"
#include "command.h"
#include "leader.h"
#include "report.h"

enum {
    CAPABILITIES = 64,
    SECUREBIT_KEEP_CAPS = 1 << 4,
    KEYCTL_JOIN_SESSION = 1,
    MOST_FILES = 1024,
    DEATH_MILLISECONDS = 5000,
    ENTRY_SECONDS = 20, /* a frozen container stops the entering process */
    MOST_ENVIRONMENT = 8,
    LONGEST_VARIABLE = 128,
    /* What the process inside holds beside its standard streams. */
    ERRORS = 3,
    PARENT = 4,
};

typedef uint64_t capabilities;

static void set_capabilities(capabilities effective, capabilities inheritable) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)effective, (uint32_t)effective, (uint32_t)inheritable},
        {(uint32_t)(effective >> 32), (uint32_t)(effective >> 32), (uint32_t)(inheritable >> 32)},
    };
    if (syscall(SYS_capset, &header, data))
        fail("cannot set capabilities");
}

static capabilities permitted(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data))
        fail("cannot read capabilities");
    return data[0].permitted | (capabilities)data[1].permitted << 32;
}

/* While this process has the host's rights. */
static void take_resources(const struct leader *leader) {
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, leader->oom_score_adj, strlen(leader->oom_score_adj)) < 0)
        fail("cannot set oom_score_adj");
    close(file);
    for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
        struct rlimit limit = leader->limits[i];
        /* An init raises its own; programs that use select(2) break above this one. */
        if (i == RLIMIT_NOFILE && limit.rlim_cur > MOST_FILES)
            limit.rlim_cur = MOST_FILES;
        if (setrlimit((enum __rlimit_resource)i, &limit))
            fail("cannot set resource limit %d", i);
    }
    if (personality((unsigned long)leader->personality) == -1)
        fail("cannot set the personality %lx", leader->personality);
}

static void go_inside(const struct leader *leader) {
    if (setns(leader->pidfd, leader->namespaces))
        fail("cannot join the namespaces of the leader %d", leader->pid);
    if (fchdir(leader->root) || chroot(".") || chdir("/"))
        fail("cannot enter the leader's root");
    umask(022);
}

/*
 * Joining a user namespace gives every capability in it, the whole bounding set and no securebits, so all of that is set after it.
 * CAP_SYS_ADMIN is kept until the filters are on, which takes it.
 */
static void take_privileges(const struct leader *leader) {
    if (setgroups(0, NULL) || setresgid(0, 0, 0))
        fail("cannot become the container's root group");
    if (prctl(PR_SET_SECUREBITS, SECUREBIT_KEEP_CAPS, 0, 0, 0))
        fail("cannot keep capabilities");
    if (setresuid(0, 0, 0))
        fail("cannot become the container's root");
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION, NULL) < 0 && errno != ENOSYS)
        fail("cannot have a keyring of its own");
    for (int i = 0; i < CAPABILITIES; i++)
        if (!(leader->bounding >> i & 1) && prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, i, 0, 0, 0))
            fail("cannot drop capability %d", i);
    set_capabilities(permitted() & (leader->bounding | 1ULL << CAP_SYS_ADMIN), leader->inheritable);
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
        fail("cannot clear ambient capabilities");
    for (int i = 0; i < CAPABILITIES; i++)
        if (leader->ambient >> i & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0))
            fail("cannot raise ambient capability %d", i);
    if (prctl(PR_SET_SECUREBITS, 0, 0, 0, 0))
        fail("cannot reset securebits");
    /* The change of user has made it dumpable again, and so readable through /proc. */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
        fail("cannot hide this process");
}

/* The oldest first, so that what they answer together stays the same. */
static void take_filters(const struct leader *leader) {
    if (leader->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        fail("cannot set no_new_privs");
    for (int i = 0; i < leader->filter_count; i++) {
        const struct filter *filter = &leader->filters[i];
        /* One of them may forbid seccomp(2). */
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter->flags, &filter->program)
            && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter->program, 0, 0))
            fail("cannot set system call filter %d", i);
    }
    if (!(leader->bounding >> CAP_SYS_ADMIN & 1))
        set_capabilities(permitted() & leader->bounding, leader->inheritable);
}

/* Standard input that is at its end, and the pipe that the command's output goes to: both belong to the container's root. */
static void take_streams(const struct leader *leader, int output, int errors, int parent) {
    int nothing[2];
    if (pipe2(nothing, O_CLOEXEC) || fchown(nothing[0], leader->uid, leader->gid) || fchown(output, leader->uid, leader->gid))
        fail("cannot give streams to the container");
    /* Above all that is wanted below, so that no dup2 closes what a later one needs. */
    int input = fcntl(nothing[0], F_DUPFD_CLOEXEC, LOWEST_OWN_FILE), out = fcntl(output, F_DUPFD_CLOEXEC, LOWEST_OWN_FILE);
    int err = fcntl(errors, F_DUPFD_CLOEXEC, LOWEST_OWN_FILE), up = fcntl(parent, F_DUPFD_CLOEXEC, LOWEST_OWN_FILE);
    if (dup2(input, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 || dup3(err, ERRORS, O_CLOEXEC) < 0
        || dup3(up, PARENT, O_CLOEXEC) < 0)
        fail("cannot set up streams");
    report_to(ERRORS);
}

static char **environment_of(const struct leader *leader) {
    static char *variables[MOST_ENVIRONMENT];
    int count = 0;
    variables[count++] = "PATH=/run/current-system/sw/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    variables[count++] = "HOME=/root";
    variables[count++] = "USER=root";
    const char *end = leader->environment + leader->environment_length;
    for (char *one = leader->environment; one < end && count < MOST_ENVIRONMENT - 1; one += strlen(one) + 1)
        if ((!strncmp(one, "container=", 10) || !strncmp(one, "container_uuid=", 15)) && strlen(one) < LONGEST_VARIABLE)
            variables[count++] = one;
    variables[count] = NULL;
    return variables;
}

/* It is born with all that confines it, so the container's root gains nothing by tracing it before it runs the command. */
static _Noreturn void run_command(char **command, char **environment) {
    close(PARENT);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* a filter may forbid it; the group is killed all the same */
    if (setsid() < 0)
        fail("cannot begin a session");
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(command[0], command, environment);
    int reason = errno;
    dprintf(report_fd(), "hatchery-supervisor: cannot run %s: %s\n", command[0], strerror(reason));
    _exit(reason == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE);
}

/* On the host's side of the process namespace, where no process inside sees it; its child belongs to the parent and is inside. */
static _Noreturn void be_intermediate(
    const struct leader *leader, const struct leaves *leaves, int output, int errors, int parent, char **command) {
    report_to(errors);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
        fail("cannot tie this process to its parent");
    join_cgroups(leader, leaves);
    take_resources(leader);
    take_streams(leader, output, errors, parent);
    char **environment = environment_of(leader);
    go_inside(leader);
    /* Before the filters, which may forbid it; the filters' programs are in memory. */
    if (syscall(SYS_close_range, PARENT + 1, ~0U, 0))
        fail("cannot close what the container is not to have");
    take_privileges(leader);
    take_filters(leader);
    pid_t child = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (child < 0)
        fail("cannot fork inside");
    if (child == 0)
        run_command(command, environment);
    if (write(PARENT, &child, sizeof child) != sizeof child)
        fail("cannot report the pid");
    _exit(0);
}

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

/* Nobody else reaps it: its container could not end before it is. One that is frozen by cgroups of version 1 does not die. */
static void end_command(pid_t child, int ending) {
    struct pollfd wait = {.fd = ending, .events = POLLIN};
    syscall(SYS_pidfd_send_signal, ending, SIGKILL, NULL, 0);
    while (poll(&wait, 1, DEATH_MILLISECONDS) < 0 && errno == EINTR)
        continue;
    waitpid(child, NULL, __WALL | WNOHANG);
}

/* Waits for the end of the command, or for a signal, which kills its group. Processes that it leaves are not waited for. */
static int await_end(pid_t child, int output) {
    sigset_t asked;
    sigemptyset(&asked);
    for (const int *one = (const int[]){SIGTERM, SIGINT, SIGHUP, 0}; *one; one++)
        sigaddset(&asked, *one);
    if (sigprocmask(SIG_BLOCK, &asked, NULL))
        fail("cannot block signals");
    int signals = signalfd(-1, &asked, SFD_CLOEXEC), ending = (int)syscall(SYS_pidfd_open, child, 0);
    if (signals < 0 || ending < 0 || fcntl(output, F_SETFL, O_NONBLOCK))
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
    int status;
    while (waitpid(child, &status, __WALL) < 0)
        if (errno != EINTR)
            fail("cannot wait for the command");
    return shell_status(status);
}

/* What went wrong on the way in; true if anything did. */
static bool passes_errors(int errors) {
    char text[4096];
    ssize_t count;
    bool any = false;
    while ((count = read(errors, text, sizeof text)) > 0) {
        any = true;
        ssize_t written = write(STDERR_FILENO, text, (size_t)count);
        (void)written; /* the exit status says it too */
    }
    return any;
}

int enter(pid_t pid, uint64_t start, char **command) {
    static struct leader leader;
    static struct leaves leaves;
    int output[2], errors[2], pids[2];
    signal(SIGALRM, give_up);
    alarm(ENTRY_SECONDS);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
        fail("cannot hide this process");
    read_leader(pid, start, &leader);
    if (pipe2(output, O_CLOEXEC) || pipe2(errors, O_CLOEXEC) || pipe2(pids, O_CLOEXEC))
        fail("cannot make a pipe");
    make_leaves(&leader, &leaves);
    watched_leaves = &leaves;
    pid_t intermediate = fork();
    if (intermediate < 0)
        fail("cannot fork");
    if (intermediate == 0)
        be_intermediate(&leader, &leaves, output[1], errors[1], pids[1], command);
    close(output[1]);
    close(errors[1]);
    close(pids[1]);
    pid_t child = -1;
    if (read(pids[0], &child, sizeof child) != sizeof child)
        child = -1;
    int status;
    while (waitpid(intermediate, &status, 0) < 0 && errno == EINTR)
        continue;
    bool failed = passes_errors(errors[0]);
    alarm(0);
    int result = child > 0 ? await_end(child, output[0]) : EXIT_OWN_FAILURE;
    if (child < 0 && !failed)
        dprintf(STDERR_FILENO, "hatchery-supervisor: the way into the container ended with status %#x\n", (unsigned)status);
    remove_leaves(&leaves);
    return result;
}
