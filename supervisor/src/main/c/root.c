#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record.h"
#include "report.h"
#include "text.h"

/* Opens the folder that a path below the root is in; -1 if it cannot be reached through folders alone. */
static int open_parent(const char *root, const char *path, const char **name) {
    char way[LONGEST_PATH];
    size_t length = strlen(root);
    if (strncmp(path, root, length) || path[length] != '/')
        refuse("%s is not below the root %s", path, root);
    *name = strrchr(path, '/') + 1;
    if (snprintf(way, sizeof way, ".%.*s", (int)(*name - path - (ptrdiff_t)length), path + length) >= LONGEST_PATH)
        refuse("the path %s is too long", path);
    int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        fail("cannot enter the root %s", root);
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    int parent = (int)syscall(SYS_openat2, folder, way, &how, sizeof how);
    close(folder);
    if (parent < 0 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP && errno != EXDEV)
        fail("cannot enter the folder of %s", path);
    return parent;
}

static void make_root(const char *root) {
    char path[LONGEST_PATH];
    if (snprintf(path, sizeof path, "%s", root) >= LONGEST_PATH)
        refuse("the root %s is too long a path", root);
    for (char *end = path; end;) {
        end = strchr(end + 1, '/');
        if (end)
            *end = 0;
        struct stat status;
        if ((stat(path, &status) || !S_ISDIR(status.st_mode)) && mkdir(path, 0755))
            fail("cannot make the root %s: %s", root, path);
        if (end)
            *end = '/';
    }
}

void make_directory(const char *root, const char *path, const char *mode) {
    const char *name;
    char *end;
    if (!strcmp(path, root)) {
        make_root(root);
        return;
    }
    unsigned long bits = strtoul(mode, &end, 8);
    if (!*mode || *end || bits > 07777)
        refuse("'%s' is no mode for %s", mode, path);
    int parent = open_parent(root, path, &name);
    if (parent < 0)
        return;
    mode_t before = umask(0);
    if (mkdirat(parent, name, (mode_t)bits) && errno != EEXIST)
        fail("cannot make the directory %s", path);
    umask(before);
    close(parent);
}

void make_empty_file(const char *root, const char *path) {
    const char *name;
    int parent = open_parent(root, path, &name);
    if (parent < 0)
        return;
    int file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0 && errno != EEXIST)
        fail("cannot make the file %s", path);
    if (file >= 0)
        close(file);
    close(parent);
}

void copy_into(const char *root, const char *from, const char *path) {
    const char *name;
    char fresh[NAME_MAX + 1];
    size_t length;
    struct stat status;
    int parent = open_parent(root, path, &name);
    if (parent < 0 || (!fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) && S_ISDIR(status.st_mode)))
        return;
    char *text = read_file_if_any(AT_FDCWD, from, &length);
    if (!text)
        return;
    /* Several containers may begin from one root at once. */
    snprintf(fresh, sizeof fresh, ".%s.hatchery-%d", name, getpid());
    unlinkat(parent, fresh, 0);
    int file = openat(parent, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0 || !write_all(file, text, length) || close(file) || renameat(parent, fresh, parent, name)) {
        int reason = errno;
        unlinkat(parent, fresh, 0);
        errno = reason;
        fail("cannot copy %s to %s", from, path);
    }
    free(text);
    close(parent);
}
