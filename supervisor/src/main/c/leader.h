/* What a container's leader, its init, may do and where it is: what an entered process gets as well. */
#ifndef HATCHERY_LEADER_H
#define HATCHERY_LEADER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

enum {
    MOST_FILTERS = 64,
    NAMESPACES = 8,
    LOWEST_OWN_FILE = 16, /* file descriptors below are for the process inside */
};

struct filter {
    struct sock_fprog program;
    uint64_t flags;
};

struct leader {
    pid_t pid;
    int pidfd;
    int proc;       /* its folder in /proc */
    int root;       /* its root directory */
    int namespaces; /* flags of setns(2), for those that are not this process's own */
    uid_t uid;      /* as the host has it */
    gid_t gid;
    uint64_t bounding;
    uint64_t inheritable;
    uint64_t ambient;
    bool no_new_privileges;
    unsigned long personality;
    char *cgroups;
    char *oom_score_adj;
    char *environment; /* the container wrote it */
    size_t environment_length;
    struct rlimit limits[RLIM_NLIMITS];
    struct filter filters[MOST_FILTERS]; /* the oldest first */
    int filter_count;
};

/*
 * Reads all of it and makes sure that all of it is of one process. Ends this process if that is gone, or is not in a container.
 *
 * start_time is that of proc_pid_stat(5); 0 if the caller does not know it
 */
void read_leader(pid_t pid, uint64_t start_time, struct leader *leader);

#endif
