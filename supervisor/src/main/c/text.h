/* Files of /proc as text, and the parts of them that this program reads. Pure but for what reads files. */
#ifndef HATCHERY_TEXT_H
#define HATCHERY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { LONGEST_FILE = 1 << 20, LONGEST_PATH = 4096 };

/* The content with a NUL after it, to be freed; refused if it is larger than LONGEST_FILE. */
char *read_file(int directory, const char *name, size_t *length);

/* What is left of an open file, with a NUL after it; NULL if it is of a process that has ended. */
char *read_stream(int fd, const char *name, size_t *length);

/* The same as read_file, or NULL if there is no such file, or it is of a process that has ended. */
char *read_file_if_any(int directory, const char *name, size_t *length);

/* A number of proc_pid_status(5), such as CapBnd in base 16; false if there is no such field or it is no number. */
bool status_number(const char *status, const char *field, int base, uint64_t *value);

/* The last pid of NSpid in proc_pid_status(5): that of the innermost process namespace. */
bool innermost_pid(const char *status, uint64_t *pid);

/* Field 22 of proc_pid_stat(5); the second one may hold anything, parentheses and line feeds too. */
bool start_time(const char *stat, uint64_t *ticks);

/* When a process began, in ticks since the boot: with its pid that names it for good; false if it has ended. */
bool process_start(pid_t pid, uint64_t *ticks);

/* A whole decimal number and nothing else. */
bool whole_number(const char *text, uint64_t most, uint64_t *value);

/* One hierarchy of proc_pid_cgroup(5). */
struct cgroup {
    const char *controllers; /* empty for the unified hierarchy */
    const char *path;
};

/* Splits the file in place and gives the next hierarchy; false at its end. Malformed lines are skipped. */
bool next_cgroup(char **rest, struct cgroup *found);

/*
 * Where a hierarchy is mounted and which group of it is the mount's root, from proc_pid_mountinfo(5); the first mount below
 * /sys/fs/cgroup counts. False if it is mounted nowhere there.
 */
bool cgroup_mount(const char *mountinfo, const char *controllers, char mount[LONGEST_PATH], char root[LONGEST_PATH]);

/* The folder of a group: mount, and the group's path below the mount's root. False if it is not below it or too long. */
bool cgroup_folder(const char *mount, const char *root, const char *path, char folder[LONGEST_PATH]);

/* Takes the last parts off a path if they are equal to those of another: "/a/b/c" without "/c" is "/a/b". */
bool strip_suffix(char *path, const char *suffix);

#endif
