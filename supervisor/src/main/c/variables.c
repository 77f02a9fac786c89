#include "variables.h"

#include <stdio.h>
#include <string.h>

#include "report.h"

enum { OWN_VARIABLES = 8, LONGEST_OF_LEADER = 128, LONGEST_OWN = LONGEST_HOME + 16 };

static char *variables[MOST_VARIABLES + OWN_VARIABLES + 1];
static int count;

static size_t name_length(const char *assignment) { return strcspn(assignment, "="); }

static void set(char *assignment) {
    size_t length = name_length(assignment);
    for (int i = 0; i < count; i++)
        if (name_length(variables[i]) == length && !strncmp(variables[i], assignment, length)) {
            variables[i] = assignment;
            return;
        }
    if (count == MOST_VARIABLES + OWN_VARIABLES)
        refuse("there are more than %d environment variables", MOST_VARIABLES);
    variables[count++] = assignment;
}

static void set_own(const char *name, const char *value, char space[LONGEST_OWN]) {
    snprintf(space, LONGEST_OWN, "%s=%s", name, value);
    set(space);
}

char **environment_of(const struct leader *leader, const struct account *account, char **further) {
    static char home[LONGEST_OWN], user[LONGEST_OWN], login[LONGEST_OWN], shell[LONGEST_OWN];
    count = 0;
    set("PATH=/run/current-system/sw/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    set_own("HOME", account->home, home);
    if (*account->name) {
        set_own("USER", account->name, user);
        set_own("LOGNAME", account->name, login);
    }
    if (*account->shell)
        set_own("SHELL", account->shell, shell);
    /* The container wrote it, so no more of it than that. */
    const char *end = leader->environment + leader->environment_length;
    for (char *one = leader->environment; one < end; one += strlen(one) + 1)
        if ((!strncmp(one, "container=", 10) || !strncmp(one, "container_uuid=", 15)) && strlen(one) < LONGEST_OF_LEADER)
            set(one);
    for (; further && *further; further++)
        set(*further);
    variables[count] = NULL;
    return variables;
}

const char *variable(char **environment, const char *name) {
    size_t length = strlen(name);
    for (; *environment; environment++)
        if (name_length(*environment) == length && !strncmp(*environment, name, length))
            return *environment + length + 1;
    return NULL;
}
