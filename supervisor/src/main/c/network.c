#include "network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "report.h"
#include "steps.h"
#include "text.h"

enum { LONGEST_CALL = 256 };

static void configure(const struct step *step, pid_t leader) {
    static struct output output;
    const char *arguments[MOST_PARTS + 1] = {"ip"};
    bool inside = !strcmp(step->parts[0], "container");
    if (!inside && strcmp(step->parts[0], "host"))
        refuse("there is no step '%s' after nspawn made the network: restart the runner", step->parts[0]);
    for (int i = 1; i <= step->count; i++)
        arguments[i] = step->parts[i];
    int status = run(arguments, inside ? leader : 0, &output);
    if (status == 0)
        return;
    char call[LONGEST_CALL] = "ip";
    for (size_t i = 1, used = 2; arguments[i] && used < sizeof call; i++)
        used += (size_t)snprintf(call + used, sizeof call - used, " %s", arguments[i]);
    refuse("%s%s failed with status %d%s", inside ? "in the container's network: " : "", call, status, reason_in(&output));
}

void set_up_network(int folder, pid_t leader) {
    size_t left;
    char *text = read_file_if_any(folder, "after", &left), *rest = text;
    struct step step;
    enum step_result result = STEP_END;
    while (text && (result = next_step(&rest, &left, &step)) == STEP_READ)
        configure(&step, leader);
    if (result == STEP_MALFORMED)
        refuse("the file after has a malformed line: restart the runner, which writes it");
    free(text);
}
