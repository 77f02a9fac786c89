#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

static bool is_missing(int reason) { return reason == ENOENT || reason == ESRCH || reason == ENOTDIR; }

char *read_stream(int fd, const char *name, size_t *length) {
    size_t size = 4096, used = 0;
    char *text = malloc(size);
    while (text) {
        ssize_t count = read(fd, text + used, size - used - 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && is_missing(errno)) {
            free(text);
            errno = ESRCH;
            return NULL;
        }
        if (count < 0)
            fail("cannot read %s", name);
        used += (size_t)count;
        if (count == 0)
            break;
        if (used + 1 < size)
            continue;
        if (size >= LONGEST_FILE)
            refuse("%s is longer than %d bytes", name, LONGEST_FILE);
        size *= 2;
        char *larger = realloc(text, size);
        if (!larger)
            fail("cannot read %s", name);
        text = larger;
    }
    if (!text)
        fail("cannot read %s", name);
    text[used] = 0;
    if (length)
        *length = used;
    return text;
}

char *read_file_if_any(int directory, const char *name, size_t *length) {
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && is_missing(errno))
        return NULL;
    if (fd < 0)
        fail("cannot open %s", name);
    char *text = read_stream(fd, name, length);
    int reason = errno;
    close(fd);
    errno = reason;
    return text;
}

char *read_file(int directory, const char *name, size_t *length) {
    char *text = read_file_if_any(directory, name, length);
    if (!text)
        fail("cannot open %s", name);
    return text;
}

bool process_start(pid_t pid, uint64_t *ticks) {
    char name[32];
    snprintf(name, sizeof name, "/proc/%d/stat", pid);
    char *stat = read_file_if_any(AT_FDCWD, name, NULL);
    bool found = stat && start_time(stat, ticks);
    free(stat);
    return found;
}

bool whole_number(const char *text, uint64_t most, uint64_t *value) {
    if (*text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno || *end || number > most)
        return false;
    *value = number;
    return true;
}

bool status_number(const char *status, const char *field, int base, uint64_t *value) {
    size_t length = strlen(field);
    for (const char *line = status; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        if (strncmp(line, field, length) || line[length] != ':' || line[length + 1] != '\t')
            continue;
        char *end;
        const char *digits = line + length + 2;
        errno = 0;
        *value = strtoull(digits, &end, base);
        return !errno && end > digits && (*end == '\n' || *end == '\t' || !*end);
    }
    return false;
}

bool innermost_pid(const char *status, uint64_t *pid) {
    const char *line = strstr(status, "\nNSpid:\t");
    if (!line)
        return false;
    const char *end = line + 1 + strcspn(line + 1, "\n");
    const char *last = memrchr(line, '\t', (size_t)(end - line));
    char digits[16] = "";
    if ((size_t)(end - last) > sizeof digits)
        return false;
    memcpy(digits, last + 1, (size_t)(end - last - 1));
    return whole_number(digits, INT_MAX, pid) && *pid > 0;
}

bool start_time(const char *stat, uint64_t *ticks) {
    const char *at = strrchr(stat, ')');
    if (!at)
        return false;
    at++;
    for (int field = 3; field <= 22; field++) {
        at += strspn(at, " ");
        if (!*at || *at == '\n')
            return false;
        if (field < 22)
            at += strcspn(at, " \n");
    }
    char *end;
    errno = 0;
    *ticks = strtoull(at, &end, 10);
    return !errno && end > at;
}

bool next_cgroup(char **rest, struct cgroup *found) {
    char *line;
    while ((line = strsep(rest, "\n"))) {
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path || path[1] != '/')
            continue;
        *path = 0;
        found->controllers = controllers + 1;
        found->path = path + 1;
        return true;
    }
    return false;
}

/* Whether a list apart by commas has an element, or all those of another list. */
static bool has_all(const char *list, const char *elements) {
    while (*elements) {
        size_t length = strcspn(elements, ",");
        bool found = false;
        for (const char *one = list; *one && !found; one += strcspn(one, ","), one += *one == ',')
            found = strcspn(one, ",") == length && !strncmp(one, elements, length);
        if (!found)
            return false;
        elements += length;
        elements += *elements == ',';
    }
    return true;
}

/* Blanks, tabs, line feeds and backslashes are written as three octal digits. */
static bool unescape(const char *field, char text[LONGEST_PATH]) {
    size_t used = 0;
    while (*field) {
        if (used + 1 >= LONGEST_PATH)
            return false;
        if (field[0] == '\\' && field[1] >= '0' && field[1] <= '3' && field[2] >= '0' && field[2] <= '7' && field[3] >= '0'
            && field[3] <= '7') {
            text[used++] = (char)((field[1] - '0') << 6 | (field[2] - '0') << 3 | (field[3] - '0'));
            field += 4;
        } else {
            text[used++] = *field++;
        }
    }
    text[used] = 0;
    return true;
}

static bool is_mount_of(char *line, const char *controllers, char mount[LONGEST_PATH], char root[LONGEST_PATH]) {
    char *right = strstr(line, " - ");
    if (!right)
        return false;
    *right = 0;
    right += 3;
    char *left[5] = {0};
    for (int i = 0; i < 5; i++)
        left[i] = strsep(&line, " ");
    char *type = strsep(&right, " ");
    strsep(&right, " ");
    if (!left[4] || !right || !unescape(left[3], root) || !unescape(left[4], mount))
        return false;
    if (strncmp(mount, "/sys/fs/cgroup", strlen("/sys/fs/cgroup")))
        return false;
    return *controllers ? !strcmp(type, "cgroup") && has_all(right, controllers) : !strcmp(type, "cgroup2");
}

bool cgroup_mount(const char *mountinfo, const char *controllers, char mount[LONGEST_PATH], char root[LONGEST_PATH]) {
    char *copy = strdup(mountinfo), *rest = copy, *line;
    if (!copy)
        fail("cannot copy the list of mounts");
    bool found = false;
    while (!found && (line = strsep(&rest, "\n")))
        found = is_mount_of(line, controllers, mount, root);
    free(copy);
    return found;
}

bool cgroup_folder(const char *mount, const char *root, const char *path, char folder[LONGEST_PATH]) {
    size_t length = strcmp(root, "/") ? strlen(root) : 0;
    if (strncmp(path, root, length) || (path[length] && path[length] != '/') || strstr(path, "/../") || strstr(path, "/.."))
        return false;
    int written = snprintf(folder, LONGEST_PATH, "%s%s", mount, path + length);
    return written > 0 && written < LONGEST_PATH;
}

bool strip_suffix(char *path, const char *suffix) {
    if (!strcmp(suffix, "/"))
        return true;
    size_t length = strlen(path), shorter = strlen(suffix);
    if (length < shorter || strcmp(path + length - shorter, suffix))
        return false;
    path[length - shorter] = 0;
    if (!*path)
        strcpy(path, "/");
    return true;
}
