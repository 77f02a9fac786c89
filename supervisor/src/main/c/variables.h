/* The environment of what is run inside a container. */
#ifndef HATCHERY_VARIABLES_H
#define HATCHERY_VARIABLES_H

#include "account.h"
#include "leader.h"

enum { MOST_VARIABLES = 1024 };

/* That of every command, with further NAME=VALUE, which take the place of others of the same name; NULL at its end. Valid until the next call. */
char **environment_of(const struct leader *leader, const struct account *account, char **further);

/* The value of a variable; NULL if there is none. */
const char *variable(char **environment, const char *name);

#endif
