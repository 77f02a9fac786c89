/* What processes of a cgroup may do with which devices, as a program of bpf(2) of the type cgroup_device. */
#ifndef HATCHERY_DEVICES_H
#define HATCHERY_DEVICES_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>

enum { MOST_RULES = 256, MOST_INSTRUCTIONS = 8 + 8 * MOST_RULES, ANY = -1 };

/* One kind of access that is allowed; everything else is not. */
struct device_rule {
    int type;   /* BPF_DEVCG_DEV_BLOCK or BPF_DEVCG_DEV_CHAR */
    int major;
    int minor;  /* or ANY */
    int access; /* of BPF_DEVCG_ACC_MKNOD, _READ and _WRITE */
};

/* Reads "c:1:3:rwm" or "b:7:*:r"; false if it is neither. */
bool parse_rule(const char *text, struct device_rule *rule);

/* Writes the program of at most MOST_RULES rules; how many instructions it has. */
size_t device_program(const struct device_rule *rules, size_t count, struct bpf_insn program[MOST_INSTRUCTIONS]);

/* Attaches it to the cgroup in place of all that is attached there itself. Ends the process if that fails. */
void close_devices(const char *cgroup, const struct device_rule *rules, size_t count);

#endif
