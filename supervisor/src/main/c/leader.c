#include "leader.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"
#include "text.h"

#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER 0x420c
#endif
#ifndef PTRACE_SECCOMP_GET_METADATA
#define PTRACE_SECCOMP_GET_METADATA 0x420d
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static const struct {
    const char *name;
    int flag;
} KINDS[NAMESPACES] = {
    {"user", CLONE_NEWUSER}, {"mnt", CLONE_NEWNS}, {"pid", CLONE_NEWPID}, {"net", CLONE_NEWNET},
    {"uts", CLONE_NEWUTS}, {"ipc", CLONE_NEWIPC}, {"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME},
};

static int other_namespaces(int proc) {
    int flags = 0;
    for (int i = 0; i < NAMESPACES; i++) {
        char name[32];
        struct stat its, own;
        snprintf(name, sizeof name, "ns/%s", KINDS[i].name);
        if (fstatat(proc, name, &its, 0)) {
            if (errno == ENOENT && KINDS[i].flag == CLONE_NEWTIME)
                continue; /* before Linux 5.6 there is none */
            fail("cannot read %s of the leader", name);
        }
        snprintf(name, sizeof name, "/proc/self/ns/%s", KINDS[i].name);
        if (stat(name, &own))
            fail("cannot read %s", name);
        if (its.st_ino != own.st_ino || its.st_dev != own.st_dev)
            flags |= KINDS[i].flag;
    }
    return flags;
}

static void read_filter(pid_t pid, int index, struct filter *filter) {
    long length = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, (void *)(intptr_t)index, NULL);
    if (length <= 0)
        fail("cannot read the length of the leader's system call filter %d", index);
    filter->program.len = (unsigned short)length;
    filter->program.filter = calloc((size_t)length, sizeof *filter->program.filter);
    if (!filter->program.filter)
        fail("cannot keep a filter");
    if (ptrace(PTRACE_SECCOMP_GET_FILTER, pid, (void *)(intptr_t)index, filter->program.filter) != length)
        fail("cannot read the leader's system call filter %d", index);
    struct {
        uint64_t offset, flags;
    } metadata = {.offset = (uint64_t)index};
    if (ptrace(PTRACE_SECCOMP_GET_METADATA, pid, (void *)sizeof metadata, &metadata) < 0)
        fail("cannot read the flags of the leader's system call filter %d", index);
    filter->flags = metadata.flags;
}

static bool has_filter(pid_t pid, int index) {
    if (ptrace(PTRACE_SECCOMP_GET_FILTER, pid, (void *)(intptr_t)index, NULL) >= 0)
        return true;
    /* EINVAL: it is in no filter mode at all. EACCES: this process has a filter itself, or not every capability. */
    if (errno != ENOENT && errno != EINVAL)
        fail("cannot read the leader's system call filters (this process must have none itself, and every capability)");
    return false;
}

/* The leader stands still while that is read, for a tenth of a millisecond or so. */
static void read_filters(struct leader *leader) {
    pid_t pid = leader->pid;
    int status;
    if (ptrace(PTRACE_SEIZE, pid, NULL, NULL))
        fail("cannot trace the leader %d", pid);
    if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL))
        fail("cannot interrupt the leader %d", pid);
    pid_t waited;
    while ((waited = waitpid(pid, &status, __WALL)) < 0 && errno == EINTR)
        continue;
    if (waited != pid)
        fail("cannot wait for the leader %d", pid);
    if (!WIFSTOPPED(status))
        refuse("the leader %d has ended", pid);
    /* A stop for a signal that was about to be delivered: the signal is given back, or it would be lost. */
    int signal = status >> 16 ? 0 : WSTOPSIG(status);
    while (has_filter(pid, leader->filter_count)) {
        if (leader->filter_count == MOST_FILTERS)
            refuse("the leader has more than %d system call filters", MOST_FILTERS);
        read_filter(pid, leader->filter_count, &leader->filters[leader->filter_count]);
        leader->filter_count++;
    }
    if (ptrace(PTRACE_DETACH, pid, NULL, (void *)(intptr_t)signal))
        fail("cannot detach from the leader %d", pid);
}

static uint64_t number(const char *status, const char *field, int base) {
    uint64_t value;
    if (!status_number(status, field, base, &value))
        refuse("the leader's status has no %s", field);
    return value;
}

static void read_status(struct leader *leader) {
    char *status = read_file(leader->proc, "status", NULL);
    leader->uid = (uid_t)number(status, "Uid", 10);
    leader->gid = (gid_t)number(status, "Gid", 10);
    leader->bounding = number(status, "CapBnd", 16);
    leader->inheritable = number(status, "CapInh", 16);
    leader->ambient = number(status, "CapAmb", 16);
    leader->no_new_privileges = number(status, "NoNewPrivs", 10) != 0;
    free(status);
    char *personality = read_file(leader->proc, "personality", NULL);
    leader->personality = strtoul(personality, NULL, 16);
    free(personality);
}

static void check_start(int proc, uint64_t expected) {
    char *stat = read_file(proc, "stat", NULL);
    uint64_t started;
    if (!start_time(stat, &started) || (expected && started != expected))
        refuse("the leader has ended, and its pid is another process's");
    free(stat);
}

/* Above what the process inside has, which takes the place of whatever is there. */
static int move_up(int fd) {
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, LOWEST_OWN_FILE);
    if (moved < 0)
        fail("cannot move a file descriptor");
    close(fd);
    return moved;
}

void read_leader(pid_t pid, uint64_t start, struct leader *leader) {
    *leader = (struct leader){.pid = pid};
    leader->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (leader->pidfd < 0)
        fail("cannot open the leader %d", pid);
    leader->pidfd = move_up(leader->pidfd);
    char folder[32];
    snprintf(folder, sizeof folder, "/proc/%d", pid);
    leader->proc = open(folder, O_DIRECTORY | O_PATH | O_CLOEXEC);
    if (leader->proc < 0)
        fail("cannot open %s", folder);
    check_start(leader->proc, start);
    read_status(leader);
    leader->cgroups = read_file(leader->proc, "cgroup", NULL);
    leader->oom_score_adj = read_file(leader->proc, "oom_score_adj", NULL);
    leader->environment = read_file(leader->proc, "environ", &leader->environment_length);
    leader->root = openat(leader->proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (leader->root < 0)
        fail("cannot open the leader's root");
    leader->root = move_up(leader->root);
    for (int i = 0; i < (int)RLIM_NLIMITS; i++)
        if (prlimit(pid, (enum __rlimit_resource)i, NULL, &leader->limits[i]))
            fail("cannot read the leader's limits");
    leader->namespaces = other_namespaces(leader->proc);
    if (!(leader->namespaces & CLONE_NEWNS) || !(leader->namespaces & CLONE_NEWPID))
        refuse("process %d is in no container: it has this host's mounts or processes", pid);
    read_filters(leader);
    /* It lives still, so no number that was used above was another process's. */
    if (syscall(SYS_pidfd_send_signal, leader->pidfd, 0, NULL, 0))
        fail("the leader %d has ended", pid);
}
