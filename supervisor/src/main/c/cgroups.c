#include "cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

enum { REMOVALS = 200, REMOVAL_PAUSE_NS = 5000000, MOST_CONTROLLERS = 256 };

static bool holds_processes(const char *controllers) { return !*controllers || !strcmp(controllers, "name=systemd"); }

static bool own_path(const char *controllers, char path[LONGEST_PATH]) {
    char *own = read_file(AT_FDCWD, "/proc/self/cgroup", NULL), *rest = own;
    struct cgroup group;
    bool found = false;
    while (!found && next_cgroup(&rest, &group))
        if (!strcmp(group.controllers, controllers))
            found = snprintf(path, LONGEST_PATH, "%s", group.path) < LONGEST_PATH;
    free(own);
    return found;
}

static bool is_member(const struct cgroup *group) {
    char own[LONGEST_PATH];
    return own_path(group->controllers, own) && !strcmp(own, group->path);
}

/* False where the hierarchy is not mounted here and this process is in the leader's group of it already. */
static bool folder_of(const char *mountinfo, const struct cgroup *group, const char *path, char folder[LONGEST_PATH]) {
    char mount[LONGEST_PATH], root[LONGEST_PATH];
    if (cgroup_mount(mountinfo, group->controllers, mount, root) && cgroup_folder(mount, root, path, folder))
        return true;
    if (is_member(group))
        return false;
    refuse("the leader's control group %s:%s is not mounted below /sys/fs/cgroup", group->controllers, group->path);
}

/* Where the leader's groups are as the container sees them, which only a process in its cgroup namespace is shown. */
static char *groups_inside(const struct leader *leader) {
    if (!(leader->namespaces & CLONE_NEWCGROUP))
        return strdup("");
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        fail("cannot make a pipe");
    pid_t child = fork();
    if (child < 0)
        fail("cannot fork");
    if (child == 0) {
        if (setns(leader->pidfd, CLONE_NEWCGROUP))
            _exit(EXIT_OWN_FAILURE);
        size_t length;
        char *groups = read_file(leader->proc, "cgroup", &length);
        for (size_t done = 0; done < length;) {
            ssize_t count = write(ends[1], groups + done, length - done);
            if (count < 0 && errno != EINTR)
                _exit(EXIT_OWN_FAILURE);
            done += count > 0 ? (size_t)count : 0;
        }
        _exit(0);
    }
    close(ends[1]);
    char name[32];
    snprintf(name, sizeof name, "/proc/self/fd/%d", ends[0]);
    char *inside = read_file(AT_FDCWD, name, NULL);
    close(ends[0]);
    int status;
    if (waitpid(child, &status, 0) != child || status)
        refuse("cannot look at the leader's control groups from its namespace");
    return inside;
}

/* The root of the container's namespace in a hierarchy, as the host sees it. */
static void payload_path(const struct cgroup *group, const char *inside, char path[LONGEST_PATH]) {
    if (snprintf(path, LONGEST_PATH, "%s", group->path) >= LONGEST_PATH)
        refuse("the leader's control group %s is too long", group->path);
    char *copy = strdup(inside), *rest = copy;
    if (!copy)
        fail("cannot copy a list of control groups");
    struct cgroup seen;
    while (next_cgroup(&rest, &seen))
        if (!strcmp(seen.controllers, group->controllers) && !strip_suffix(path, seen.path))
            refuse("the leader's control group %s is no longer %s inside", path, seen.path);
    free(copy);
}

static void make_group(const char *folder, const struct leader *leader) {
    if (mkdir(folder, 0755) && errno != EEXIST)
        fail("cannot make the control group %s", folder);
    int group = open(folder, O_DIRECTORY | O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (group < 0 || fchown(group, leader->uid, leader->gid))
        fail("cannot give the control group %s to the container", folder);
    for (const char *const *file = (const char *const[]){"cgroup.procs", "cgroup.threads", "cgroup.subtree_control", "tasks", NULL}; *file;
         file++)
        if (fchownat(group, *file, leader->uid, leader->gid, AT_SYMLINK_NOFOLLOW) && errno != ENOENT)
            fail("cannot give %s of the control group %s to the container", *file, folder);
    close(group);
}

static char *mounts(void) { return read_file(AT_FDCWD, "/proc/self/mountinfo", NULL); }

void make_leaves(const struct leader *leader, struct leaves *leaves) {
    char *mountinfo = mounts(), *inside = groups_inside(leader), *groups = strdup(leader->cgroups), *rest = groups;
    struct cgroup group;
    leaves->count = 0;
    while (groups && next_cgroup(&rest, &group)) {
        char path[LONGEST_PATH], folder[LONGEST_PATH], parent[LONGEST_PATH];
        if (!holds_processes(group.controllers))
            continue;
        payload_path(&group, inside, path);
        if (!folder_of(mountinfo, &group, path, folder))
            continue;
        char *leaf = leaves->folder[leaves->count];
        if (snprintf(parent, sizeof parent, "%s/hatchery", folder) >= LONGEST_PATH
            || snprintf(leaf, LONGEST_PATH, "%s/%d", parent, getpid()) >= LONGEST_PATH)
            refuse("the control group %s is too long", folder);
        make_group(parent, leader);
        leaves->count++;
        make_group(leaf, leader);
    }
    free(groups);
    free(inside);
    free(mountinfo);
}

void join_cgroup(const char *folder) {
    char file[LONGEST_PATH + 16];
    snprintf(file, sizeof file, "%s/cgroup.procs", folder);
    int procs = open(file, O_WRONLY | O_CLOEXEC);
    if (procs < 0 || write(procs, "0", 1) != 1)
        fail("cannot join the control group %s", folder);
    close(procs);
}

void join_supervisor_group(void) {
    char *mountinfo = mounts(), *groups = read_file(AT_FDCWD, "/proc/self/cgroup", NULL), *rest = groups;
    struct cgroup group;
    while (next_cgroup(&rest, &group)) {
        char mount[LONGEST_PATH], root[LONGEST_PATH], folder[LONGEST_PATH], own[LONGEST_PATH + 16];
        if (!holds_processes(group.controllers) || !cgroup_mount(mountinfo, group.controllers, mount, root)
            || !cgroup_folder(mount, root, group.path, folder))
            continue;
        snprintf(own, sizeof own, "%s/supervisor", folder);
        if (mkdir(own, 0755) && errno != EEXIST) {
            if (errno == ENOENT)
                continue; /* systemd does not use this hierarchy */
            fail("cannot make the control group %s", own);
        }
        join_cgroup(own);
    }
    free(groups);
    free(mountinfo);
}

void join_cgroups(const struct leader *leader, const struct leaves *leaves) {
    for (int i = 0; i < leaves->count; i++)
        join_cgroup(leaves->folder[i]);
    char *mountinfo = mounts(), *groups = strdup(leader->cgroups), *rest = groups;
    struct cgroup group;
    while (groups && next_cgroup(&rest, &group)) {
        char folder[LONGEST_PATH];
        /* The host may have a hierarchy read-only, as one inside a container has: then nothing moves in it, and nothing has to. */
        if (!holds_processes(group.controllers) && !is_member(&group)
            && folder_of(mountinfo, &group, group.path, folder))
            join_cgroup(folder);
    }
    free(groups);
    free(mountinfo);
}

static void kill_all(const char *folder) {
    char file[LONGEST_PATH + 16];
    snprintf(file, sizeof file, "%s/cgroup.kill", folder);
    int all = open(file, O_WRONLY | O_CLOEXEC);
    if (all >= 0) {
        ssize_t written = write(all, "1", 1);
        (void)written; /* what lives on is seen when the group is removed */
        close(all);
        return;
    }
    snprintf(file, sizeof file, "%s/cgroup.procs", folder);
    FILE *procs = fopen(file, "re");
    long pid;
    while (procs && fscanf(procs, "%ld", &pid) == 1)
        if (pid > 1)
            kill((pid_t)pid, SIGKILL);
    if (procs)
        fclose(procs);
}

void remove_leaves(const struct leaves *leaves) {
    for (int i = 0; i < leaves->count; i++) {
        const char *leaf = leaves->folder[i];
        for (int tries = 0; tries < REMOVALS && rmdir(leaf) && errno == EBUSY; tries++) {
            kill_all(leaf);
            nanosleep(&(struct timespec){.tv_nsec = REMOVAL_PAUSE_NS}, NULL);
        }
        char parent[LONGEST_PATH];
        snprintf(parent, sizeof parent, "%s", leaf);
        *strrchr(parent, '/') = 0;
        rmdir(parent); /* others may be beside it */
    }
}
