/* A connection to a port on the loopback of a container. */
#ifndef HATCHERY_FORWARD_H
#define HATCHERY_FORWARD_H

/*
 * Connects to a port on 127.0.0.1 or ::1 of the network that this process is in, copies the standard input to it and from it to the
 * standard output, and ends this process when both directions are closed.
 */
_Noreturn void forward_port(int port);

#endif
