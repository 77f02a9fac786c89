/*
 * The work that needs a small process with one thread, which outlives a runner or begins as root; see README.md.
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices.h"
#include "enter.h"
#include "mounts.h"
#include "report.h"
#include "session.h"
#include "supervise.h"
#include "text.h"
#include "unit.h"

enum { LEAST_CONSOLE = 1024 };

static int usage(void) {
    fputs("usage: hatchery-supervisor enter [--start-time TICKS] LEADER -- COMMAND [ARGUMENT...]\n"
          "       hatchery-supervisor session [--start-time TICKS] LEADER\n"
          "       hatchery-supervisor close-devices CGROUP [TYPE:MAJOR:MINOR:ACCESS...]\n"
          "       hatchery-supervisor ignore-set-user-id PATH\n"
          "       hatchery-supervisor maps-users PATH                  exit status 1 if it does not\n"
          "       hatchery-supervisor supervise RUN CONSOLE MAX-BYTES [OWN-CGROUP...] -- [CGROUP...] -- PROGRAM [ARGUMENT...]\n"
          "       hatchery-supervisor unit prepare|clean-up FOLDER\n"
          "       hatchery-supervisor unit network FOLDER PROGRAM [ARGUMENT...]\n"
          "       hatchery-supervisor unit stop FOLDER SIGNAL\n"
          "       hatchery-supervisor unit reload FOLDER COMMAND [ARGUMENT...]\n",
          stderr);
    return EXIT_USAGE;
}

static int enter_command(int count, char **arguments, char **all) {
    uint64_t start = 0, leader;
    if (count > 2 && !strcmp(arguments[0], "--start-time")) {
        if (!whole_number(arguments[1], UINT64_MAX, &start) || start == 0)
            return usage();
        arguments += 2;
        count -= 2;
    }
    if (count < 3 || !whole_number(arguments[0], INT_MAX, &leader) || leader < 2 || strcmp(arguments[1], "--"))
        return usage();
    if (arguments[2][0] != '/')
        refuse("the command %s is not an absolute path", arguments[2]);
    become_sealed_copy(all);
    return enter((pid_t)leader, start, arguments + 2);
}

static int session_command(int count, char **arguments, char **all) {
    uint64_t start = 0, leader;
    if (count > 2 && !strcmp(arguments[0], "--start-time")) {
        if (!whole_number(arguments[1], UINT64_MAX, &start) || start == 0)
            return usage();
        arguments += 2;
        count -= 2;
    }
    if (count != 1 || !whole_number(arguments[0], INT_MAX, &leader) || leader < 2)
        return usage();
    become_sealed_copy(all);
    return run_session((pid_t)leader, start);
}

static int close_devices_command(int count, char **arguments) {
    static struct device_rule rules[MOST_RULES];
    if (count < 1 || count - 1 > MOST_RULES)
        return usage();
    for (int i = 1; i < count; i++)
        if (!parse_rule(arguments[i], &rules[i - 1]))
            refuse("%s is no device rule: write type:major:minor:access, such as c:1:3:rwm", arguments[i]);
    close_devices(arguments[0], rules, (size_t)(count - 1));
    return 0;
}

static int ignore_set_user_id_command(int count, char **arguments) {
    if (count != 1 || *arguments[0] != '/')
        return usage();
    ignore_set_user_id(arguments[0]);
    return 0;
}

static int maps_users_command(int count, char **arguments) {
    if (count != 1 || *arguments[0] != '/')
        return usage();
    return maps_users(arguments[0]) ? 0 : 1;
}

/* Ends a list of arguments at the next "--"; what comes after that, NULL if there is none. */
static char **split(char **arguments) {
    for (; *arguments; arguments++)
        if (!strcmp(*arguments, "--")) {
            *arguments = NULL;
            return arguments + 1;
        }
    return NULL;
}

static int supervise_command(int count, char **arguments) {
    struct supervision what = {0};
    if (count < 6)
        return usage();
    what.run = arguments[0];
    what.console = arguments[1];
    what.outside = arguments + 3;
    what.groups = split(what.outside);
    what.program = what.groups ? split(what.groups) : NULL;
    if (!what.program || !*what.program)
        return usage();
    if (!whole_number(arguments[2], INT64_MAX, &what.console_bytes) || what.console_bytes < LEAST_CONSOLE)
        refuse("the console's size %s is no number of at least %d bytes", arguments[2], LEAST_CONSOLE);
    supervise(&what);
    return 0;
}

static int unit_command(int count, char **arguments) {
    (void)count;
    return run_unit_act(arguments) ? 0 : usage();
}

int main(int count, char **arguments) {
    static const struct {
        const char *name;
        int (*begin)(int count, char **arguments);
    } COMMANDS[] = {{"close-devices", close_devices_command}, {"ignore-set-user-id", ignore_set_user_id_command},
        {"maps-users", maps_users_command}, {"supervise", supervise_command}, {"unit", unit_command}};
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* a caller that ignores it would have no exit status read */
    if (count > 1 && !strcmp(arguments[1], "enter"))
        return enter_command(count - 2, arguments + 2, arguments);
    if (count > 1 && !strcmp(arguments[1], "session"))
        return session_command(count - 2, arguments + 2, arguments);
    for (size_t i = 0; count > 1 && i < sizeof COMMANDS / sizeof *COMMANDS; i++)
        if (!strcmp(arguments[1], COMMANDS[i].name))
            return COMMANDS[i].begin(count - 2, arguments + 2);
    return usage();
}
