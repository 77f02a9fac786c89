#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"
#include "text.h"

static int open_copy(const char *path, unsigned int flags) {
    int tree = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags);
    if (tree < 0)
        fail("cannot make a mount of %s", path);
    return tree;
}

/* Whether root alone enters a folder above the path, so that no other user reaches it. */
static bool is_closed(const char *path) {
    char folder[LONGEST_PATH];
    struct stat status;
    if (snprintf(folder, sizeof folder, "%s", path) >= LONGEST_PATH)
        refuse("the path %s is too long", path);
    for (char *slash; (slash = strrchr(folder, '/'));) {
        *slash = 0;
        if (stat(*folder ? folder : "/", &status))
            fail("cannot look at the folder %s", folder);
        bool group = status.st_mode & S_IXGRP && status.st_gid != 0;
        if (status.st_uid == 0 && !(status.st_mode & S_IXOTH) && !group)
            return true;
    }
    return false;
}

void ignore_set_user_id(const char *path) {
    struct statvfs status;
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_NOSUID};
    require_real_path(path);
    if (statvfs(path, &status))
        fail("cannot look at the file system of %s", path);
    if (status.f_flag & ST_NOSUID || is_closed(path))
        return;
    int tree = open_copy(path, AT_RECURSIVE);
    if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes))
        fail("cannot make a mount of %s without set-user-id bits", path);
    if (syscall(SYS_move_mount, tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH))
        fail("cannot mount %s over itself without set-user-id bits", path);
    close(tree);
}

static void write_map(pid_t process, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", process, name);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || dprintf(file, "0 524288 65536\n") < 0 || close(file))
        fail("cannot write %s", path);
}

/* A user namespace that no process is in. */
static int make_user_namespace(void) {
    int ready[2];
    char nothing;
    if (pipe2(ready, O_CLOEXEC))
        fail("cannot make a pipe");
    pid_t child = fork();
    if (child < 0)
        fail("cannot fork");
    if (child == 0) {
        if (unshare(CLONE_NEWUSER))
            fail("cannot make a user namespace");
        if (write(ready[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    close(ready[1]);
    if (read(ready[0], &nothing, 1) != 1)
        refuse("no user namespace was made");
    close(ready[0]);
    write_map(child, "uid_map");
    write_map(child, "gid_map");
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/user", child);
    int users = open(path, O_RDONLY | O_CLOEXEC);
    if (users < 0)
        fail("cannot open a user namespace");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return users;
}

bool maps_users(const char *path) {
    int tree = open_copy(path, 0), users = make_user_namespace();
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (__u64)users};
    bool maps = !syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes);
    int reason = errno;
    close(tree);
    close(users);
    errno = reason;
    if (!maps && reason != EINVAL && reason != ENOSYS && reason != EOPNOTSUPP)
        fail("cannot find out whether users of %s can be mapped", path);
    return maps;
}

void require_real_path(const char *path) {
    char *real = realpath(path, NULL);
    if (!real)
        fail("cannot find %s", path);
    if (strcmp(real, path))
        refuse("%s has changed: it leads to %s now, which the host's policy did not check; start the container again", path, real);
    free(real);
}
