/*
 * What a runner has done by a process that is small, has one thread and begins as root:
 *
 *   hatchery-supervisor enter [--start-time TICKS] LEADER -- COMMAND ARGUMENT...
 *       runs a command inside a container, confined as its leader is; its exit status is the command's, 125 if that could not be
 *       entered, 126 or 127 if the command cannot be run
 *   hatchery-supervisor close-devices CGROUP [TYPE:MAJOR:MINOR:ACCESS]...
 *       lets the processes of a cgroup of the unified hierarchy use these devices and no others; TYPE is b or c, MINOR may be *,
 *       ACCESS is some of r, w and m
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices.h"
#include "enter.h"
#include "report.h"
#include "text.h"

static int usage(void) {
    fputs("usage: hatchery-supervisor enter [--start-time TICKS] LEADER -- COMMAND [ARGUMENT...]\n"
          "       hatchery-supervisor close-devices CGROUP [TYPE:MAJOR:MINOR:ACCESS...]\n",
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

int main(int count, char **arguments) {
    signal(SIGPIPE, SIG_IGN);
    if (count > 1 && !strcmp(arguments[1], "enter"))
        return enter_command(count - 2, arguments + 2, arguments);
    if (count > 1 && !strcmp(arguments[1], "close-devices"))
        return close_devices_command(count - 2, arguments + 2);
    return usage();
}
