/* A container's network on the host, by ip(8) and nft(8). */
#ifndef HATCHERY_NETWORK_H
#define HATCHERY_NETWORK_H

#include <sys/types.h>

/*
 * Runs the calls of ip(8) that the file "after" of a folder lists, if there is one; those for the container run in the network of its
 * leader.
 */
void set_up_network(int folder, pid_t leader);

/*
 * Removes a veth that an earlier run left, if it carries the alias; refuses one that does not. Waits a moment for an interface
 * with another alias to go: the kernel removes the pairs of a dead network namespace a little after its last process.
 */
void remove_interface(const char *name, const char *alias);

/* Removes a port forward that a killed nspawn left: with one to another address, nspawn forwards nothing. */
void remove_forward(const char *protocol, const char *port);

#endif
