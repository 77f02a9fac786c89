#include "account.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "report.h"
#include "text.h"

enum { PASSWD_FIELDS = 7, GROUP_FIELDS = 4 };

/* The next line as fields; their number, 0 at the end of the text, -1 if the line has too many. Not all of a line need fit. */
static int next_fields(const char **text, const char *fields[], size_t lengths[], int most) {
    const char *line = *text;
    if (!*line)
        return 0;
    size_t length = strcspn(line, "\n");
    *text = line + length + (line[length] == '\n');
    const char *end = line + length;
    int count = 0;
    while (true) {
        if (count == most)
            return -1;
        const char *colon = memchr(line, ':', (size_t)(end - line));
        fields[count] = line;
        lengths[count++] = (size_t)((colon ? colon : end) - line);
        if (!colon)
            return count;
        line = colon + 1;
    }
}

static bool copy(char *to, size_t size, const char *from, size_t length) {
    if (length >= size || memchr(from, 0, length))
        return false;
    memcpy(to, from, length);
    to[length] = 0;
    return true;
}

/* An id is any number but the one that stands for none. */
static bool id(const char *digits, size_t length, uint32_t *number) {
    char text[16];
    uint64_t value;
    if (!copy(text, sizeof text, digits, length) || !whole_number(text, UINT32_MAX - 1, &value))
        return false;
    *number = (uint32_t)value;
    return true;
}

static bool equals(const char *field, size_t length, const char *text) {
    return strlen(text) == length && !memcmp(field, text, length);
}

static bool read_account(const char *const fields[], const size_t lengths[], struct account *found) {
    found->group_count = 0;
    return copy(found->name, sizeof found->name, fields[0], lengths[0]) && id(fields[2], lengths[2], &found->uid)
        && id(fields[3], lengths[3], &found->gid) && copy(found->home, sizeof found->home, fields[5], lengths[5])
        && copy(found->shell, sizeof found->shell, fields[6], lengths[6]);
}

bool find_account(const char *passwd, const char *user, struct account *found) {
    struct account one;
    bool by_number = false;
    uint32_t number;
    bool is_number = id(user, strlen(user), &number);
    const char *fields[PASSWD_FIELDS];
    size_t lengths[PASSWD_FIELDS];
    for (int count; (count = next_fields(&passwd, fields, lengths, PASSWD_FIELDS));) {
        if (count != PASSWD_FIELDS || lengths[0] == 0 || !read_account(fields, lengths, &one))
            continue;
        if (!strcmp(one.name, user)) {
            *found = one;
            return true;
        }
        if (is_number && !by_number && one.uid == number) {
            *found = one;
            by_number = true;
        }
    }
    return by_number;
}

static bool has_member(const char *list, size_t length, const char *name) {
    const char *end = list + length;
    while (list < end) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        if (equals(list, (size_t)((comma ? comma : end) - list), name))
            return true;
        list = comma ? comma + 1 : end;
    }
    return false;
}

void find_groups(const char *group, struct account *account) {
    const char *fields[GROUP_FIELDS];
    size_t lengths[GROUP_FIELDS];
    gid_t gid;
    for (int count; *account->name && (count = next_fields(&group, fields, lengths, GROUP_FIELDS));)
        if (count == GROUP_FIELDS && id(fields[2], lengths[2], &gid) && gid != account->gid && account->group_count < MOST_GROUPS
            && has_member(fields[3], lengths[3], account->name))
            account->groups[account->group_count++] = gid;
}

/* A regular file and nothing that a container might put in its place; NULL if there is none. */
static char *read_regular(const char *path) {
    struct open_how how = {.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS};
    int file = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    if (file < 0 && (errno == ENOENT || errno == ENOTDIR))
        return NULL;
    if (file < 0)
        fail("cannot open %s of the container", path);
    struct stat what;
    if (fstat(file, &what))
        fail("cannot look at %s of the container", path);
    if (!S_ISREG(what.st_mode))
        refuse("%s of the container is not a regular file", path);
    char *text = read_stream(file, path, NULL);
    close(file);
    return text;
}

void account_of(const char *user, struct account *found) {
    char *passwd = read_regular("/etc/passwd"), *group = read_regular("/etc/group");
    if (!passwd || !find_account(passwd, user, found)) {
        *found = (struct account){.home = "/"};
        if (!strcmp(user, "root") || !strcmp(user, "0")) {
            strcpy(found->name, "root");
            strcpy(found->home, "/root");
        } else if (id(user, strlen(user), &found->uid)) {
            found->gid = found->uid;
        } else {
            refuse("the container has no user '%s': give one of its /etc/passwd, or a number", user);
        }
    }
    if (group)
        find_groups(group, found);
    free(passwd);
    free(group);
}
