/* Tests of what needs no container. Each is a fact; a failed one ends the run with its line. */
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "devices.h"
#include "text.h"

static void status_fields_are_read_by_their_whole_name(void) {
    const char *status = "Name:\tx\nUid:\t7\t8\t9\t10\nCapBnd:\t00000000fcecafff\nXCapEff:\t1\nNoNewPrivs:\t1\nBad:\tz\n";
    uint64_t value;
    CHECK(status_number(status, "CapBnd", 16, &value) && value == 0xfcecafff);
    CHECK(status_number(status, "Uid", 10, &value) && value == 7);
    CHECK(status_number(status, "NoNewPrivs", 10, &value) && value == 1);
    CHECK(!status_number(status, "CapEff", 16, &value));
    CHECK(!status_number(status, "Bad", 10, &value));
    CHECK(!status_number("", "Uid", 10, &value));
}

static void start_time_is_field_22_whatever_the_command_is_called(void) {
    uint64_t ticks;
    CHECK(start_time("9 (a) b) (c\n) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20\n", &ticks) && ticks == 4711);
    CHECK(!start_time("9 (a) S 1 2 3", &ticks));
    CHECK(!start_time("9 a S 1 2 3", &ticks));
    CHECK(!start_time("", &ticks));
}

static void whole_numbers_are_nothing_but_digits(void) {
    uint64_t value;
    CHECK(whole_number("42", 42, &value) && value == 42);
    for (const char *const *bad = (const char *const[]){"", "-1", "+1", " 1", "1 ", "0x1", "43", "99999999999999999999", NULL}; *bad; bad++)
        CHECK(!whole_number(*bad, 42, &value));
}

static void the_innermost_pid_is_the_last_one(void) {
    uint64_t pid;
    CHECK(innermost_pid("Name:\tx\nNSpid:\t4711\t12\t1\nNSpgid:\t9\n", &pid) && pid == 1);
    CHECK(innermost_pid("Name:\tx\nNSpid:\t4711", &pid) && pid == 4711);
    for (const char *const *bad = (const char *const[]){"", "NSpid:\t1\n", "\nNSpid:\t\n", "\nNSpid:\t1\tx\n", "\nNSpid:\t0\n",
                                                         "\nNSpid:\t1234567890123456\n", NULL}; *bad; bad++)
        CHECK(!innermost_pid(*bad, &pid));
}

static void groups_are_split_by_hierarchy(void) {
    char text[] = "5:devices:/a\n3:cpu,cpuacct:/b:c\nmalformed\n1:name=systemd:/d\n4:pids:relative\n0::/e\n";
    char *rest = text;
    struct cgroup group;
    CHECK(next_cgroup(&rest, &group) && !strcmp(group.controllers, "devices") && !strcmp(group.path, "/a"));
    CHECK(next_cgroup(&rest, &group) && !strcmp(group.controllers, "cpu,cpuacct") && !strcmp(group.path, "/b:c"));
    CHECK(next_cgroup(&rest, &group) && !strcmp(group.controllers, "name=systemd") && !strcmp(group.path, "/d"));
    CHECK(next_cgroup(&rest, &group) && !strcmp(group.controllers, "") && !strcmp(group.path, "/e"));
    CHECK(!next_cgroup(&rest, &group));
}

static void hierarchies_are_found_where_they_are_mounted(void) {
    const char *mounts = "20 1 0:1 / / rw - ext4 /dev/vda rw\n"
                         "30 1 0:2 / /elsewhere/unified rw - cgroup2 cgroup2 rw\n"
                         "31 1 0:3 / /sys/fs/cgroup/devices rw shared:3 - cgroup cgroup rw,devices\n"
                         "32 1 0:4 /docker/x /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
                         "33 1 0:5 / /sys/fs/cgroup/a\\040b rw - cgroup cgroup rw,xattr,name=systemd\n"
                         "34 1 0:2 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\nbroken\n";
    char mount[LONGEST_PATH], root[LONGEST_PATH];
    CHECK(cgroup_mount(mounts, "devices", mount, root) && !strcmp(mount, "/sys/fs/cgroup/devices") && !strcmp(root, "/"));
    CHECK(cgroup_mount(mounts, "cpu,cpuacct", mount, root) && !strcmp(root, "/docker/x"));
    CHECK(cgroup_mount(mounts, "name=systemd", mount, root) && !strcmp(mount, "/sys/fs/cgroup/a b"));
    CHECK(cgroup_mount(mounts, "", mount, root) && !strcmp(mount, "/sys/fs/cgroup/unified"));
    CHECK(!cgroup_mount(mounts, "memory", mount, root));
    CHECK(!cgroup_mount(mounts, "cpu,memory", mount, root));
    CHECK(!cgroup_mount(mounts, "device", mount, root));
}

static void folders_are_below_their_mount(void) {
    char folder[LONGEST_PATH], *much = calloc(1, LONGEST_PATH + 2);
    CHECK(cgroup_folder("/m", "/", "/a/b", folder) && !strcmp(folder, "/m/a/b"));
    CHECK(cgroup_folder("/m", "/docker/x", "/docker/x/a", folder) && !strcmp(folder, "/m/a"));
    CHECK(cgroup_folder("/m", "/docker/x", "/docker/x", folder) && !strcmp(folder, "/m"));
    CHECK(!cgroup_folder("/m", "/docker/x", "/docker/xy", folder));
    CHECK(!cgroup_folder("/m", "/", "/../etc", folder));
    CHECK(!cgroup_folder("/m", "/", "/a/..", folder));
    memset(much, '/', LONGEST_PATH + 1);
    CHECK(!cgroup_folder("/m", "/", much, folder));
    free(much);
}

static void the_part_seen_inside_is_taken_off(void) {
    char path[] = "/machine/web.nspawn/payload/init.scope";
    CHECK(strip_suffix(path, "/init.scope") && !strcmp(path, "/machine/web.nspawn/payload"));
    CHECK(strip_suffix(path, "/") && !strcmp(path, "/machine/web.nspawn/payload"));
    CHECK(!strip_suffix(path, "/other"));
    char same[] = "/a";
    CHECK(strip_suffix(same, "/a") && !strcmp(same, "/"));
}

static void rules_are_read_strictly(void) {
    struct device_rule rule;
    CHECK(parse_rule("c:1:3:rwm", &rule) && rule.type == BPF_DEVCG_DEV_CHAR && rule.major == 1 && rule.minor == 3 && rule.access == 7);
    CHECK(parse_rule("b:7:*:r", &rule) && rule.type == BPF_DEVCG_DEV_BLOCK && rule.minor == ANY && rule.access == BPF_DEVCG_ACC_READ);
    for (const char *const *bad = (const char *const[]){"", "c", "c:1", "c:1:3", "c:1:3:", "x:1:3:r", "c:*:3:r", "c:1:3:rr", "c:1:3:x",
                                                         "c:-1:3:r", "c:1:3:r:x", "c:4096:1:r", "c:1:1048576:r", "cc:1:3:r", "c::3:r",
                                                         "a:*:*:rwm", NULL};
         *bad; bad++)
        CHECK(!parse_rule(*bad, &rule));
}

/* What the kernel's machine does with the instructions that device_program uses. */
static unsigned run(const struct bpf_insn *program, size_t length, unsigned type, unsigned access, unsigned major, unsigned minor) {
    unsigned context[3] = {access << 16 | type, major, minor}, r[11] = {0};
    for (size_t at = 0; at < length; at++) {
        const struct bpf_insn *i = &program[at];
        unsigned operand = i->code & BPF_X ? r[i->src_reg] : (unsigned)i->imm;
        switch (i->code) {
            case BPF_LDX | BPF_MEM | BPF_W: r[i->dst_reg] = context[i->off / 4]; break;
            case BPF_ALU | BPF_MOV | BPF_X:
            case BPF_ALU | BPF_MOV | BPF_K: r[i->dst_reg] = operand; break;
            case BPF_ALU | BPF_AND | BPF_K: r[i->dst_reg] &= operand; break;
            case BPF_ALU | BPF_RSH | BPF_K: r[i->dst_reg] >>= operand; break;
            case BPF_JMP | BPF_JNE | BPF_X:
            case BPF_JMP | BPF_JNE | BPF_K: at += r[i->dst_reg] != operand ? (size_t)i->off : 0; break;
            case BPF_JMP | BPF_EXIT: return r[0];
            default: CHECK(!"an instruction of another kind");
        }
    }
    CHECK(!"the program ends by its last instruction");
    return 0;
}

static void a_program_allows_what_its_rules_say_and_nothing_else(void) {
    static struct bpf_insn program[MOST_INSTRUCTIONS];
    struct device_rule rules[3];
    CHECK(parse_rule("c:1:3:rw", &rules[0]) && parse_rule("c:136:*:rw", &rules[1]) && parse_rule("b:7:0:m", &rules[2]));
    size_t length = device_program(rules, 3, program);
    const unsigned B = BPF_DEVCG_DEV_BLOCK, C = BPF_DEVCG_DEV_CHAR, M = BPF_DEVCG_ACC_MKNOD, R = BPF_DEVCG_ACC_READ, W = BPF_DEVCG_ACC_WRITE;
    CHECK(run(program, length, C, R, 1, 3) && run(program, length, C, R | W, 1, 3) && run(program, length, C, W, 136, 77));
    CHECK(run(program, length, B, M, 7, 0));
    CHECK(!run(program, length, C, M, 1, 3) && !run(program, length, C, R | W | M, 1, 3));
    CHECK(!run(program, length, B, R, 1, 3) && !run(program, length, C, R, 1, 4) && !run(program, length, C, R, 137, 0));
    CHECK(!run(program, length, B, R, 7, 0) && !run(program, length, B, M, 7, 1));
    CHECK(!run(program, device_program(rules, 0, program), C, R, 1, 3));
}

static void the_largest_program_fits(void) {
    static struct bpf_insn program[MOST_INSTRUCTIONS];
    static struct device_rule rules[MOST_RULES];
    for (int i = 0; i < MOST_RULES; i++)
        rules[i] = (struct device_rule){BPF_DEVCG_DEV_CHAR, i, i, 7};
    size_t length = device_program(rules, MOST_RULES, program);
    CHECK(length <= MOST_INSTRUCTIONS);
    CHECK(run(program, length, BPF_DEVCG_DEV_CHAR, 1, MOST_RULES - 1, MOST_RULES - 1));
}

/* Texts that nobody writes: the sanitizers say what goes wrong. */
static void no_text_leads_out_of_bounds(void) {
    static const char LETTERS[] = "c:1 -,/\\\n()0\t7=*.rwm";
    srand(1);
    for (int round = 0; round < 20000; round++) {
        size_t length = (size_t)rand() % 60;
        char *text = malloc(length + 1), *copy, *rest, mount[LONGEST_PATH], root[LONGEST_PATH];
        for (size_t i = 0; i < length; i++)
            text[i] = LETTERS[(size_t)rand() % (sizeof LETTERS - 1)];
        text[length] = 0;
        struct device_rule rule;
        struct cgroup group;
        uint64_t value;
        parse_rule(text, &rule);
        status_number(text, "c", 10, &value);
        start_time(text, &value);
        innermost_pid(text, &value);
        cgroup_mount(text, "c", mount, root);
        cgroup_folder("/m", "/c", text, mount);
        copy = rest = strdup(text);
        while (next_cgroup(&rest, &group))
            continue;
        strip_suffix(text, "/c");
        free(copy);
        free(text);
    }
}

/* In place of nspawn: tells what it is given by sd_notify(3), and may then live until it is killed. */
static int stand_in(const char *message, bool lives) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = getenv("NOTIFY_SOCKET");
    CHECK(path && strlen(path) < sizeof address.sun_path);
    strcpy(address.sun_path, path);
    int to = socket(AF_UNIX, SOCK_DGRAM, 0);
    CHECK(sendto(to, message, strlen(message), 0, (const struct sockaddr *)&address, sizeof address) == (ssize_t)strlen(message));
    while (lives)
        pause();
    return 0;
}

int main(int count, char **arguments) {
    if (count > 2 && !strcmp(arguments[1], "--notify"))
        return stand_in(arguments[2], count > 3);
    status_fields_are_read_by_their_whole_name();
    start_time_is_field_22_whatever_the_command_is_called();
    whole_numbers_are_nothing_but_digits();
    the_innermost_pid_is_the_last_one();
    groups_are_split_by_hierarchy();
    hierarchies_are_found_where_they_are_mounted();
    folders_are_below_their_mount();
    the_part_seen_inside_is_taken_off();
    rules_are_read_strictly();
    a_program_allows_what_its_rules_say_and_nothing_else();
    the_largest_program_fits();
    no_text_leads_out_of_bounds();
    test_steps();
    test_words();
    test_mounts();
    test_session();
    test_supervise();
    test_unit();
    return 0;
}
