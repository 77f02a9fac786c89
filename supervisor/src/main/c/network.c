#include "network.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "report.h"
#include "steps.h"
#include "text.h"

enum { LONGEST_CALL = 256, REMOVALS = 40, REMOVAL_PAUSE_NS = 50000000 };

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

/* A name that neither ip(8) nor a shell takes for anything else. */
static bool is_interface_name(const char *name) {
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("_.-", *c))
            return false;
    return *name && *name != '-' && strcmp(name, ".") && strcmp(name, "..");
}

/* Whether 'ip -d link show' shows a veth with the alias. */
static bool is_own_veth(char *shown, const char *alias) {
    static const char ALIAS[] = "    alias ";
    bool veth = false, own = false;
    for (char *line; (line = strsep(&shown, "\n"));) {
        const char *word = line + strspn(line, " \t");
        veth |= word > line && !strncmp(word, "veth", 4) && !isalnum((unsigned char)word[4]) && word[4] != '_';
        own |= !strncmp(line, ALIAS, sizeof ALIAS - 1) && !strcmp(line + sizeof ALIAS - 1, alias);
    }
    return veth && own;
}

void remove_interface(const char *name, const char *alias) {
    static struct output output;
    const char *show[] = {"ip", "-d", "link", "show", "dev", name, NULL}, *delete[] = {"ip", "link", "delete", "dev", name, NULL};
    if (!is_interface_name(name))
        refuse("an interface cannot be called '%s'", name);
    for (int tries = 0; tries < REMOVALS; tries++) {
        if (run(show, 0, &output))
            return;
        if (is_own_veth(output.text, alias)) {
            if (run(delete, 0, &output) && !run(show, 0, &output))
                refuse("the interface %s that an earlier run left cannot be removed", name);
            return;
        }
        nanosleep(&(struct timespec){.tv_nsec = REMOVAL_PAUSE_NS}, NULL);
    }
    refuse("the interface %s exists and does not belong to this container, since its alias is not %s: rename it, or remove it with: ip link"
           " delete dev %s", name, alias, name);
}

/* nspawn keeps its forwards in two maps of nftables. */
void remove_forward(const char *protocol, const char *port) {
    static struct output output;
    char element[LONGEST_CALL];
    size_t letters = strspn(protocol, "abcdefghijklmnopqrstuvwxyz"), digits = strspn(port, "0123456789");
    if (!letters || protocol[letters] || !digits || digits > 5 || port[digits])
        refuse("'%s %s' is no forward: a protocol and a port are expected", protocol, port);
    snprintf(element, sizeof element, "{ %s . %s }", protocol, port);
    for (const char *const *family = (const char *const[]){"ip", "ip6", NULL}; *family; family++) {
        const char *call[] = {"nft", "get", "element", *family, "io.systemd.nat", "map_port_ipport", element, NULL};
        int status = run(call, 0, &output);
        if (status == EXIT_NOT_FOUND) {
            dprintf(STDERR_FILENO, "nft(8) is not installed: a forward of %s port %s that a killed nspawn left would stay\n", protocol, port);
            return;
        }
        call[1] = "delete";
        if (status == 0 && run(call, 0, &output))
            refuse("the forward of %s port %s that an earlier run left cannot be removed%s", protocol, port, reason_in(&output));
    }
}
