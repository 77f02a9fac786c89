/* The terminal of a session: of the container's own, so that programs inside find it by its name. */
#ifndef HATCHERY_PTY_H
#define HATCHERY_PTY_H

/* Opens a new terminal of the container that this process is in; it belongs to the user that this process has. */
void open_terminal(unsigned short rows, unsigned short columns, int *master, int *terminal);

/* Makes the standard input the controlling terminal of this process, which leads a session. */
void control_terminal(void);

#endif
