/* What Hatchery does around a container's network by ip(8). */
#ifndef HATCHERY_NETWORK_H
#define HATCHERY_NETWORK_H

#include <sys/types.h>

/*
 * Runs the calls of ip(8) that the file "after" of a folder lists, if there is one; those for the container run in the network of its
 * leader.
 */
void set_up_network(int folder, pid_t leader);

#endif
