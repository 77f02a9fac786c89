#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "account.h"
#include "forward.h"
#include "pty.h"
#include "report.h"
#include "variables.h"

enum {
    CAPABILITIES = 64,
    SECUREBIT_KEEP_CAPS = 1 << 4,
    KEYCTL_JOIN_SESSION = 1,
    MOST_FILES = 1024,
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

/* The change of user makes a process dumpable, and so readable through /proc. */
static void hide(void) {
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
        fail("cannot hide this process");
}

/*
 * Joining a user namespace gives every capability in it, the whole bounding set and no securebits, so all of that is set after it.
 * CAP_SYS_ADMIN is kept until the filters are on, which takes it.
 */
static void become_root(const struct leader *leader) {
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
    hide();
}

static void take_ambient_capabilities(const struct leader *leader) {
    for (int i = 0; i < CAPABILITIES; i++)
        if (leader->ambient >> i & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0))
            fail("cannot raise ambient capability %d", i);
}

/* A container may have taken CAP_CHOWN from its root: then /dev/stdin and the like cannot be opened again, and all else works. */
static void give_streams(const struct account *account) {
    for (int stream = 0; stream <= 2; stream++)
        if (fchown(stream, account->uid, account->gid) && errno != EPERM)
            fail("cannot give a stream to user %u", account->uid);
}

/* Keeps the permitted capabilities for the filters, but no effective one: what it opens from now on, the user may open. */
static void become(const struct account *account) {
    if (setgroups((size_t)account->group_count, account->groups) || setresgid(account->gid, account->gid, account->gid)
        || setresuid(account->uid, account->uid, account->uid))
        fail("cannot become user %u with group %u (are they mapped in the container?)", account->uid, account->gid);
    hide();
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
}

static int above(int file) {
    int moved = fcntl(file, F_DUPFD_CLOEXEC, LOWEST_OWN_FILE);
    if (moved < 0)
        fail("cannot move a file descriptor");
    return moved;
}

/* All pipes belong to the container's root. */
static void take_streams(const struct leader *leader, const struct errand *errand, int errors, int parent) {
    /* Above all that is wanted below, so that no dup2 closes what a later one needs. */
    int err = above(errors), up = above(parent);
    if (!errand->terminal) {
        int streams[] = {above(errand->in), above(errand->out), above(errand->err)};
        for (int i = 0; i <= 2; i++)
            if (fchown(streams[i], leader->uid, leader->gid) || dup2(streams[i], i) < 0)
                fail("cannot give streams to the container");
    }
    if (dup3(err, ERRORS, O_CLOEXEC) < 0 || dup3(up, PARENT, O_CLOEXEC) < 0)
        fail("cannot set up streams");
    report_to(ERRORS);
}

static void send_up(pid_t child, int file) {
    struct iovec bytes = {&child, sizeof child};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    if (file >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        *header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof file)};
        memcpy(CMSG_DATA(header), &file, sizeof file);
    }
    if (sendmsg(PARENT, &message, MSG_NOSIGNAL) != sizeof child)
        fail("cannot report to the parent");
}

static void take_terminal(const struct errand *errand) {
    int master, terminal;
    open_terminal(errand->rows, errand->columns, &master, &terminal);
    if (dup2(terminal, 0) < 0 || dup2(terminal, 1) < 0 || dup2(terminal, 2) < 0)
        fail("cannot set up the terminal");
    send_up(0, master);
}

static _Noreturn void cannot_run(const char *name, int reason) {
    dprintf(report_fd(), "hatchery-supervisor: cannot run %s: %s\n", name, strerror(reason));
    _exit(reason == ENOENT || reason == ENOTDIR ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE);
}

/* As execvp(3), with the PATH of the environment that the program gets. */
static _Noreturn void execute(char **command, char **environment) {
    const char *name = command[0], *path = variable(environment, "PATH");
    int reason = ENOENT;
    if (strchr(name, '/') || !*name) {
        execve(name, command, environment);
        cannot_run(name, errno);
    }
    while (path && *path) {
        size_t length = strcspn(path, ":");
        char file[LONGEST_PATH];
        if (snprintf(file, sizeof file, "%.*s%s%s", (int)length, path, length ? "/" : "", name) < (int)sizeof file) {
            execve(file, command, environment);
            if (errno != ENOENT && errno != ENOTDIR)
                reason = errno;
        }
        path += length;
        path += *path == ':';
    }
    cannot_run(name, reason);
}

/* A login shell has a hyphen before its name. */
static _Noreturn void log_in(const struct account *account, char **environment) {
    const char *shells[] = {account->shell, "/bin/sh"};
    int reason = ENOENT;
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        char name[LONGEST_HOME + 1];
        const char *last = strrchr(shells[i], '/');
        if (!last)
            continue;
        snprintf(name, sizeof name, "-%s", last + 1);
        execve(shells[i], (char *[]){name, NULL}, environment);
        if (errno != ENOENT)
            reason = errno;
    }
    if (reason == ENOENT) {
        dprintf(report_fd(), "hatchery-supervisor: the container has no shell: neither %s nor /bin/sh exists; run a program that it has\n",
            *account->shell ? account->shell : "one in /etc/passwd");
        _exit(EXIT_NOT_FOUND);
    }
    cannot_run(*account->shell ? account->shell : "/bin/sh", reason);
}

static void change_folder(const struct errand *errand, const struct account *account) {
    char here[LONGEST_PATH];
    if (errand->folder) {
        if (chdir(errand->folder))
            fail("cannot change to the folder %s", errand->folder);
    } else if (chdir(account->home) && chdir("/")) {
        fail("cannot change to the folder /");
    }
    /* A path that leads out of the root begins with "(unreachable)" (CVE-2024-21626). */
    if (syscall(SYS_getcwd, here, sizeof here) < 0 || *here != '/')
        refuse("the folder %s is not in the container", errand->folder ? errand->folder : account->home);
}

/* It is born with all that confines it, so the container's root gains nothing by tracing it before it runs the command. */
static _Noreturn void run_command(const struct errand *errand, const struct account *account, char **environment) {
    close(PARENT);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* a filter may forbid it; the group is killed all the same */
    if (setsid() < 0)
        fail("cannot begin a session");
    if (errand->terminal)
        control_terminal();
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (errand->port)
        forward_port(errand->port);
    change_folder(errand, account);
    if (errand->command[0])
        execute(errand->command, environment);
    log_in(account, environment);
}

/* On the host's side of the process namespace, where no process inside sees it; its child belongs to the parent and is inside. */
static _Noreturn void be_intermediate(
    const struct leader *leader, const struct leaves *leaves, const struct errand *errand, int errors, int parent) {
    static struct account account = {.name = "root", .home = "/root"};
    on_failure(NULL);
    report_to(errors);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
        fail("cannot tie this process to its parent");
    join_cgroups(leader, leaves);
    take_resources(leader);
    take_streams(leader, errand, errors, parent);
    go_inside(leader);
    become_root(leader);
    if (errand->user)
        account_of(errand->user, &account);
    capabilities kept = permitted();
    bool is_root = account.uid == 0;
    if (is_root)
        take_ambient_capabilities(leader);
    if (errand->user) {
        if (!errand->terminal)
            give_streams(&account);
        become(&account);
    }
    if (errand->terminal)
        take_terminal(errand);
    char **environment = environment_of(leader, &account, errand->environment);
    /* Before the filters, which may forbid it; the filters' programs are in memory. */
    if (syscall(SYS_close_range, PARENT + 1, ~0U, 0))
        fail("cannot close what the container is not to have");
    set_capabilities(kept, is_root ? leader->inheritable : 0);
    if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0))
        fail("cannot reset securebits");
    take_filters(leader);
    if (!is_root || !(leader->bounding >> CAP_SYS_ADMIN & 1))
        set_capabilities(is_root ? kept & leader->bounding : 0, is_root ? leader->inheritable : 0);
    pid_t child = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (child < 0)
        fail("cannot fork inside");
    if (child == 0)
        run_command(errand, &account, environment);
    send_up(child, -1);
    _exit(0);
}

/* What the intermediate process reports: the terminal, and then the pid. */
static pid_t read_reports(int parent, int *master) {
    pid_t child = -1;
    while (child <= 0) {
        struct iovec bytes = {&child, sizeof child};
        union {
            struct cmsghdr header;
            char space[CMSG_SPACE(sizeof(int))];
        } control;
        struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
        ssize_t count = recvmsg(parent, &message, MSG_CMSG_CLOEXEC);
        if (count < 0 && errno == EINTR)
            continue;
        if (count != sizeof child)
            return -1;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof *master))
            memcpy(master, CMSG_DATA(header), sizeof *master);
    }
    return child;
}

/* What went wrong on the way in, until the command runs. */
static void read_errors(int errors, char reason[LONGEST_REASON]) {
    size_t used = 0;
    char more[256];
    ssize_t count;
    while ((count = used + 1 < LONGEST_REASON ? read(errors, reason + used, LONGEST_REASON - 1 - used) : read(errors, more, sizeof more)) > 0
           || (count < 0 && errno == EINTR))
        used += count > 0 && used + 1 < LONGEST_REASON ? (size_t)count : 0;
    reason[used] = 0;
}

pid_t run_inside(
    const struct leader *leader, const struct leaves *leaves, const struct errand *errand, int *master, char reason[LONGEST_REASON]) {
    int errors[2], ends[2];
    if (pipe2(errors, O_CLOEXEC) || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
        fail("cannot make a pipe");
    pid_t intermediate = fork();
    if (intermediate < 0)
        fail("cannot fork");
    if (intermediate == 0)
        be_intermediate(leader, leaves, errand, errors[1], ends[1]);
    close(errors[1]);
    close(ends[1]);
    if (!errand->terminal) {
        close(errand->in);
        close(errand->out);
        if (errand->err != errand->out)
            close(errand->err);
    }
    pid_t child = read_reports(ends[0], master);
    int status;
    while (waitpid(intermediate, &status, 0) < 0 && errno == EINTR)
        continue;
    read_errors(errors[0], reason);
    close(errors[0]);
    close(ends[0]);
    if (child < 0 && !*reason)
        snprintf(reason, LONGEST_REASON, "hatchery-supervisor: the way into the container ended with status %#x\n", (unsigned)status);
    return child;
}
