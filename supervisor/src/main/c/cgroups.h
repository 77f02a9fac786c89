/* The control groups of what is run inside a container: a group of its own below those of the container's payload. */
#ifndef HATCHERY_CGROUPS_H
#define HATCHERY_CGROUPS_H

#include "leader.h"
#include "text.h"

enum { MOST_LEAVES = 2 };

/* The groups that were made, in the hierarchies that hold processes. */
struct leaves {
    char folder[MOST_LEAVES][LONGEST_PATH];
    int count;
};

/*
 * Makes "hatchery/<pid>" beside the groups that the container made itself, owned by the container's root, in the systemd and the
 * unified hierarchy. Not the payload's own group: with a controller on it takes no process, and one in it keeps systemd from turning
 * one on.
 */
void make_leaves(const struct leader *leader, struct leaves *leaves);

/* Moves this process into a group. */
void join_cgroup(const char *folder);

/* Moves this process into the group "supervisor" of its own group, in the systemd and the unified hierarchy. */
void join_supervisor_group(void);

/* Moves this process into them, and in every other hierarchy into the leader's group. */
void join_cgroups(const struct leader *leader, const struct leaves *leaves);

/* Kills all that is in them and removes them. What cannot be removed is left for the removal of the container's groups. */
void remove_leaves(const struct leaves *leaves);

#endif
