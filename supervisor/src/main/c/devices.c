#include "devices.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "report.h"
#include "text.h"

enum { MOST_ATTACHED = 64, MOST_MAJOR = 4095, MOST_MINOR = 1048575 };

static bool part(const char **text, char *into, size_t size) {
    size_t length = strcspn(*text, ":");
    if (length == 0 || length >= size)
        return false;
    memcpy(into, *text, length);
    into[length] = 0;
    *text += length;
    *text += **text == ':';
    return true;
}

bool parse_rule(const char *text, struct device_rule *rule) {
    char type[2], major[8], minor[8], access[4];
    uint64_t number;
    if (!part(&text, type, sizeof type) || !part(&text, major, sizeof major) || !part(&text, minor, sizeof minor)
        || !part(&text, access, sizeof access) || *text)
        return false;
    if (*type != 'b' && *type != 'c')
        return false;
    rule->type = *type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
    if (!whole_number(major, MOST_MAJOR, &number))
        return false;
    rule->major = (int)number;
    if (strcmp(minor, "*") && !whole_number(minor, MOST_MINOR, &number))
        return false;
    rule->minor = strcmp(minor, "*") ? (int)number : ANY;
    rule->access = 0;
    for (const char *one = access; *one; one++) {
        int bit = *one == 'r' ? BPF_DEVCG_ACC_READ : *one == 'w' ? BPF_DEVCG_ACC_WRITE : *one == 'm' ? BPF_DEVCG_ACC_MKNOD : 0;
        if (!bit || rule->access & bit)
            return false;
        rule->access |= bit;
    }
    return true;
}

static struct bpf_insn load(int to, int from, int offset) {
    return (struct bpf_insn){.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = to & 15, .src_reg = from & 15, .off = (int16_t)offset};
}

static struct bpf_insn compute(int operation, int to, int value) {
    return (struct bpf_insn){.code = (uint8_t)(BPF_ALU | operation | BPF_K), .dst_reg = to & 15, .imm = value};
}

static struct bpf_insn copy(int to, int from) {
    return (struct bpf_insn){.code = BPF_ALU | BPF_MOV | BPF_X, .dst_reg = to & 15, .src_reg = from & 15};
}

static struct bpf_insn unless_equal(int left, int value, size_t skip) {
    return (struct bpf_insn){.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = left & 15, .off = (int16_t)skip, .imm = value};
}

static struct bpf_insn unless_same(int left, int right, size_t skip) {
    return (struct bpf_insn){
        .code = BPF_JMP | BPF_JNE | BPF_X, .dst_reg = left & 15, .src_reg = right & 15, .off = (int16_t)skip};
}

static struct bpf_insn leave(void) { return (struct bpf_insn){.code = BPF_JMP | BPF_EXIT}; }

/* Of the context, struct bpf_cgroup_dev_ctx: register 2 is the type, 3 the access, 4 the major and 5 the minor number. */
size_t device_program(const struct device_rule *rules, size_t count, struct bpf_insn program[MOST_INSTRUCTIONS]) {
    size_t n = 0;
    program[n++] = load(2, 1, offsetof(struct bpf_cgroup_dev_ctx, access_type));
    program[n++] = copy(3, 2);
    program[n++] = compute(BPF_AND, 2, 0xffff);
    program[n++] = compute(BPF_RSH, 3, 16);
    program[n++] = load(4, 1, offsetof(struct bpf_cgroup_dev_ctx, major));
    program[n++] = load(5, 1, offsetof(struct bpf_cgroup_dev_ctx, minor));
    for (size_t i = 0; i < count; i++) {
        size_t length = rules[i].minor == ANY ? 7 : 8, next = n + length;
        program[n] = unless_equal(2, rules[i].type, next - n - 1), n++;
        program[n] = unless_equal(4, rules[i].major, next - n - 1), n++;
        if (rules[i].minor != ANY)
            program[n] = unless_equal(5, rules[i].minor, next - n - 1), n++;
        program[n++] = copy(1, 3);
        program[n++] = compute(BPF_AND, 1, rules[i].access);
        program[n] = unless_same(1, 3, next - n - 1), n++;
        program[n++] = compute(BPF_MOV, 0, 1);
        program[n++] = leave();
    }
    program[n++] = compute(BPF_MOV, 0, 0);
    program[n++] = leave();
    return n;
}

static int bpf(int command, union bpf_attr *attributes) {
    return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

static int load_program(const struct bpf_insn *program, size_t length) {
    static char log[16384];
    union bpf_attr attributes = {
        .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
        .insns = (uintptr_t)program,
        .insn_cnt = (uint32_t)length,
        .license = (uintptr_t) "Apache-2.0",
    };
    int fd = bpf(BPF_PROG_LOAD, &attributes);
    if (fd >= 0)
        return fd;
    int reason = errno;
    attributes.log_level = 1;
    attributes.log_buf = (uintptr_t)log;
    attributes.log_size = sizeof log;
    bpf(BPF_PROG_LOAD, &attributes);
    errno = reason;
    fail("the kernel does not take the program that closes devices (%.300s)", log);
}

/* A program of an earlier run would forbid what only this one allows. */
static void detach_all(int cgroup) {
    uint32_t ids[MOST_ATTACHED];
    union bpf_attr query = {.query = {
        .target_fd = (uint32_t)cgroup,
        .attach_type = BPF_CGROUP_DEVICE,
        .prog_ids = (uintptr_t)ids,
        .prog_cnt = MOST_ATTACHED,
    }};
    if (bpf(BPF_PROG_QUERY, &query))
        fail("cannot read which programs the cgroup has");
    for (uint32_t i = 0; i < query.query.prog_cnt; i++) {
        union bpf_attr by_id = {.prog_id = ids[i]};
        int old = bpf(BPF_PROG_GET_FD_BY_ID, &by_id);
        if (old < 0)
            fail("cannot reach program %u of the cgroup", ids[i]);
        union bpf_attr detach = {
            .target_fd = (uint32_t)cgroup, .attach_bpf_fd = (uint32_t)old, .attach_type = BPF_CGROUP_DEVICE};
        if (bpf(BPF_PROG_DETACH, &detach))
            fail("cannot detach program %u of the cgroup", ids[i]);
        close(old);
    }
}

void close_devices(const char *path, const struct device_rule *rules, size_t count) {
    static struct bpf_insn program[MOST_INSTRUCTIONS];
    int cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cgroup < 0)
        fail("cannot open the cgroup %s", path);
    int loaded = load_program(program, device_program(rules, count, program));
    detach_all(cgroup);
    union bpf_attr attach = {
        .target_fd = (uint32_t)cgroup,
        .attach_bpf_fd = (uint32_t)loaded,
        .attach_type = BPF_CGROUP_DEVICE,
        .attach_flags = BPF_F_ALLOW_MULTI, /* systemd inside attaches its own below */
    };
    if (bpf(BPF_PROG_ATTACH, &attach))
        fail("cannot attach a program to the cgroup %s", path);
    close(loaded);
    close(cgroup);
}
