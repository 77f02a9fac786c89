/* How the host's folders are shown to containers whose users are mapped. */
#ifndef HATCHERY_MOUNTS_H
#define HATCHERY_MOUNTS_H

#include <stdbool.h>

/*
 * Makes the kernel ignore set-user-id bits below a path of the host, since a container that owns files there as the host's root can set
 * them. Does nothing where it does so already, and where no other user reaches the path.
 */
void ignore_set_user_id(const char *path);

/* Whether the file system of a path can be mounted with mapped users (mount_setattr(2), MOUNT_ATTR_IDMAP). */
bool maps_users(const char *path);

/* Refuses a path that is not there or that has a symbolic link in it. */
void require_real_path(const char *path);

#endif
