/* What units of systemd run around nspawn, as far as it needs no privileges. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "notify.h"
#include "report.h"
#include "scratch.h"

static const char RUN[] = "0123456789abcdef";

static const char *of_run(const char *folder, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "%s/%s", RUN, name);
    return below(folder, path);
}

static int act(const char *name, const char *folder, char *argument) {
    pid_t child = fork();
    if (child == 0) {
        CHECK(!setenv("INVOCATION_ID", RUN, 1));
        _exit(run_unit_act((char *[]){(char *)name, (char *)folder, argument, NULL}) ? 0 : EXIT_USAGE);
    }
    return status_of(child);
}

/* Writes steps, with the root for each "@". */
static void write_steps(const char *folder, const char *text, const char *root) {
    FILE *file = fopen(below(folder, "before"), "w");
    CHECK(file);
    for (; *text; text++)
        CHECK(*text == '@' ? fputs(root, file) >= 0 : fputc(*text, file) >= 0);
    CHECK(!fclose(file));
}

static bool has_mode(const char *path, mode_t mode) {
    struct stat status;
    return !lstat(path, &status) && status.st_mode == mode;
}

static void a_root_is_prepared(void) {
    char *folder = make_scratch(), *root = strdup(below(folder, "a/b/root"));
    write_text(below(folder, "from"), "nameserver\n");
    write_steps(folder,
        "root\t@\ndirectory\t@\t0755\ndirectory\t@/etc\t0755\ndirectory\t@/root\t0700\nemptyFile\t@/etc/machine-id\n"
        "copy\t/nowhere\t@/etc/none\n", root);
    CHECK(act("prepare", folder, NULL) == 0);
    CHECK(has_mode(below(root, "etc"), S_IFDIR | 0755) && has_mode(below(root, "root"), S_IFDIR | 0700));
    CHECK(has_mode(below(root, "etc/machine-id"), S_IFREG | 0644) && access(below(root, "etc/none"), F_OK));
    /* Again: what is there stays as it is. */
    write_text(below(root, "etc/machine-id"), "id\n");
    CHECK(!chmod(below(root, "etc"), 0711) && act("prepare", folder, NULL) == 0);
    CHECK(has_text(below(root, "etc/machine-id"), "id") && has_mode(below(root, "etc"), S_IFDIR | 0711));
    free(root);
    remove_scratch(folder);
}

static void a_copy_replaces_a_link_and_spares_a_directory(void) {
    char *folder = make_scratch(), text[1024];
    const char *from = below(folder, "from"), *outside = below(folder, "outside");
    write_text(from, "new\n");
    write_text(outside, "old\n");
    CHECK(!mkdir(below(folder, "root"), 0755) && !symlink(outside, below(folder, "root/link")) && !mkdir(below(folder, "root/dir"), 0755));
    for (const char *const *name = (const char *const[]){"link", "dir", "file", NULL}; *name; name++) {
        snprintf(text, sizeof text, "root\t%s/root\ncopy\t%s\t%s/root/%s\n", folder, from, folder, *name);
        write_text(below(folder, "before"), text);
        CHECK(act("prepare", folder, NULL) == 0);
    }
    CHECK(has_text(outside, "old") && has_text(below(folder, "root/link"), "new") && has_text(below(folder, "root/file"), "new"));
    CHECK(has_mode(below(folder, "root/link"), S_IFREG | 0644) && has_mode(below(folder, "root/dir"), S_IFDIR | 0755));
    remove_scratch(folder);
}

static void no_step_leads_out_of_the_root(void) {
    char *folder = make_scratch(), *root = strdup(below(folder, "root"));
    CHECK(!mkdir(root, 0755) && !mkdir(below(folder, "outside"), 0755));
    CHECK(!symlink(below(folder, "outside"), below(root, "etc")) && !symlink("../outside", below(root, "var")));
    write_text(below(root, "usr"), "a file\n");
    write_text(below(folder, "from"), "new\n");
    write_steps(folder,
        "root\t@\ndirectory\t@/etc/made\t0755\nemptyFile\t@/var/made\ncopy\t/proc/version\t@/etc/made\ndirectory\t@/usr/bin\t0755\n"
        "directory\t@/../outside/made\t0755\nemptyFile\t@/missing/made\n", root);
    CHECK(act("prepare", folder, NULL) == 0);
    CHECK(access(below(folder, "outside/made"), F_OK) && access(of_run(folder, "failure"), F_OK));
    free(root);
    remove_scratch(folder);
}

static void steps_that_cannot_be_taken_fail_the_start(void) {
    static const struct {
        const char *steps, *failure;
    } BAD[] = {{"root\t/r\nreboot\tnow\n", "there is no step 'reboot' before nspawn begins"},
        {"root\t/r\ndirectory\t/r/etc\n", "the step 'directory' is not complete"},
        {"emptyFile\t/r/etc\n", "the step 'emptyFile' is not complete"},
        {"root\t/r\nemptyFile\t/rest\n", "/rest is not below the root /r"},
        {"root\t/nowhere\nemptyFile\t/nowhere/a\n", "cannot enter the root /nowhere: No such file"},
        {"root\t/proc/self/x\ndirectory\t/proc/self/x\t0755\n", "cannot make the root /proc/self/x"},
        {"root\t/r\ndirectory\t/r/a\t99\n", "'99' is no mode for /r/a"},
        {"removeInterface\ta;id>pwned\thatchery:web\n", "an interface cannot be called 'a;id>pwned'"},
        {"removeInterface\t..\thatchery:web\n", "an interface cannot be called '..'"},
        {"removeForward\ttcp;\t80\n", "'tcp; 80' is no forward"},
        {"kernelSetting\t/proc/sys/no\x1bsuch\t1\n", "/proc/sys/no\\x1bsuch"},
        {"root\t/r", "malformed line"}};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        char *folder = make_scratch();
        write_text(below(folder, "before"), BAD[i].steps);
        CHECK(act("prepare", folder, NULL) == EXIT_OWN_FAILURE);
        CHECK(contains(of_run(folder, "failure"), BAD[i].failure));
        remove_scratch(folder);
    }
}

static void forwards_are_recorded_for_the_clean_up(void) {
    char *folder = make_scratch();
    write_text(below(folder, "before"), "removeForward\ttcp\t8080\nremoveForward\tudp\t53\n");
    CHECK(act("prepare", folder, NULL) == 0 && has_text(of_run(folder, "forwards"), "tcp 8080\nudp 53"));
    CHECK(act("clean-up", folder, NULL) == 0);
    write_text(of_run(folder, "forwards"), "tcp\n");
    CHECK(act("clean-up", folder, NULL) == EXIT_OWN_FAILURE && contains(of_run(folder, "failure"), "'tcp ' is no forward"));
    remove_scratch(folder);
}

static void exits_are_recorded_as_systemd_reports_them(void) {
    char *folder = make_scratch();
    CHECK(act("clean-up", folder, NULL) == 0 && has_text(of_run(folder, "exit"), "- - -"));
    CHECK(!setenv("EXIT_CODE", "killed", 1) && !setenv("EXIT_STATUS", "KILL", 1) && !setenv("SERVICE_RESULT", "timeout", 1));
    CHECK(act("clean-up", folder, NULL) == 0 && has_text(of_run(folder, "exit"), "killed KILL timeout"));
    remove_scratch(folder);
}

static void only_the_last_exits_are_kept(void) {
    char *folder = make_scratch(), name[32];
    for (int i = 0; i < 9; i++) {
        struct timespec times[] = {{.tv_sec = 1000 + i}, {.tv_sec = 1000 + i}};
        snprintf(name, sizeof name, "run%d", i);
        CHECK(!mkdir(below(folder, name), 0755));
        snprintf(name, sizeof name, i == 0 ? "run%d/other" : "run%d/exit", i);
        write_text(below(folder, name), "exited 0 success\n");
        CHECK(!utimensat(AT_FDCWD, below(folder, name), times, 0));
    }
    write_text(below(folder, "before"), "");
    CHECK(act("prepare", folder, NULL) == 0);
    CHECK(!access(below(folder, "run0"), F_OK) && access(below(folder, "run3"), F_OK) && !access(below(folder, "run4"), F_OK));
    remove_scratch(folder);
}

static void acts_take_what_they_need_and_nothing_else(void) {
    char *folder = make_scratch();
    CHECK(act("prepare", folder, "more") == EXIT_USAGE && act("network", folder, NULL) == EXIT_USAGE && act("reboot", folder, NULL) == EXIT_USAGE);
    CHECK(act("prepare", "relative", NULL) == EXIT_USAGE && act("prepare", "/nowhere", NULL) == EXIT_OWN_FAILURE);
    CHECK(act("stop", folder, "KILL") == EXIT_OWN_FAILURE && act("stop", folder, "0") == EXIT_OWN_FAILURE && act("stop", folder, "9") == 0);
    CHECK(act("reload", folder, "/bin/true") == EXIT_OWN_FAILURE && access(of_run(folder, "failure"), F_OK));
    remove_scratch(folder);
}

static void notifications_are_passed_on_as_they_are(void) {
    char *folder = make_scratch();
    static struct notification message;
    int systemd = open_notify_socket(below(folder, "systemd")), own = open_notify_socket(below(folder, "own"));
    message = (struct notification){.text = "A=1\nREADY=1\0x", .length = 13};
    send_notification(own, &message, below(folder, "systemd"));
    memset(&message, 0, sizeof message);
    CHECK(receive_notification(systemd, &message) && message.length == 13 && !memcmp(message.text, "A=1\nREADY=1\0x", 13));
    CHECK(!receive_notification(systemd, &message) && !receive_notification(own, &message));
    close(systemd);
    close(own);
    remove_scratch(folder);
}

void test_unit(void) {
    a_root_is_prepared();
    a_copy_replaces_a_link_and_spares_a_directory();
    no_step_leads_out_of_the_root();
    steps_that_cannot_be_taken_fail_the_start();
    forwards_are_recorded_for_the_clean_up();
    exits_are_recorded_as_systemd_reports_them();
    only_the_last_exits_are_kept();
    acts_take_what_they_need_and_nothing_else();
    notifications_are_passed_on_as_they_are();
}
