/* The supervisor with programs of the test's own in place of nspawn, which are this program again: see stand_in. */
#include "supervise.h"

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "console.h"
#include "scratch.h"

/* Begins a run and waits until its supervisor has ended, which until then holds the pipe. */
static void run_program(const char *folder, char **program) {
    static char *none[] = {NULL};
    int held[2];
    char nothing;
    CHECK(!pipe(held));
    pid_t caller = fork();
    if (caller == 0) {
        dup2(held[1], STDIN_FILENO);
        struct supervision what = {folder, below(folder, "console"), 2048, none, none, program};
        supervise(&what);
        _exit(0);
    }
    close(held[1]);
    CHECK(status_of(caller) == 0);
    CHECK(read(held[0], &nothing, 1) == 0);
    close(held[0]);
}

static void run_script(const char *folder, char *script) {
    run_program(folder, (char *[]){"/bin/sh", "-c", script, NULL});
}

static void exits_are_recorded(void) {
    static const struct {
        char *script;
        const char *status;
    } RUNS[] = {{"exit 0", "0"}, {"exit 255", "255"}, {"kill -TERM $$", "143"}, {"kill -KILL $$", "137"}, {"exec <&- >&- 2>&-; exit 9", "9"}};
    for (size_t i = 0; i < sizeof RUNS / sizeof *RUNS; i++) {
        char *folder = make_scratch();
        run_script(folder, RUNS[i].script);
        CHECK(has_text(below(folder, "exit"), RUNS[i].status));
        remove_scratch(folder);
    }
}

static void the_program_has_default_signals_and_the_supervisor_ignores_them(void) {
    char *folder = make_scratch();
    run_script(folder, "kill -TERM $PPID; kill -INT $PPID; kill -HUP $PPID; kill -PIPE $PPID; kill -HUP $$");
    CHECK(has_text(below(folder, "exit"), "129"));
    remove_scratch(folder);
}

static bool starts_with_line(const char *path) {
    char start[5];
    FILE *file = fopen(path, "r");
    CHECK(file && fread(start, sizeof start, 1, file) == 1 && !fclose(file));
    return !memcmp(start, "line ", sizeof start);
}

static void output_is_bounded_and_its_end_is_kept(void) {
    char *folder = make_scratch();
    struct stat now, older;
    run_script(folder, "i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done; exit 1");
    CHECK(!stat(below(folder, "console"), &now) && !stat(below(folder, "console.1"), &older) && now.st_size + older.st_size <= 2048);
    CHECK(contains(below(folder, "console"), "line 499") && has_text(below(folder, "last-output"), "line 499"));
    remove_scratch(folder);
}

static uint64_t line_feeds(const char *path) {
    uint64_t count = 0;
    FILE *file = fopen(path, "r");
    for (int c = fgetc(file); c != EOF; c = fgetc(file))
        count += c == '\n';
    fclose(file);
    return count;
}

/* Whether the lines before the console's two files, and in them, are as many as were written. */
static bool lines_are_counted(const char *folder, uint64_t written) {
    uint64_t inode[2], before[2];
    struct stat newer, older;
    FILE *file = fopen(below(folder, "console.lines"), "r");
    int found = fscanf(file, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &inode[0], &before[0], &inode[1], &before[1]);
    fclose(file);
    return found == 4 && !stat(below(folder, "console"), &newer) && !stat(below(folder, "console.1"), &older)
           && inode[0] == newer.st_ino && inode[1] == older.st_ino && before[0] + line_feeds(below(folder, "console")) == written
           && before[1] + line_feeds(below(folder, "console.1")) == before[0];
}

static void a_console_is_rotated_between_lines(void) {
    char *folder = make_scratch(), text[4096];
    struct console console;
    size_t length = 0;
    for (int i = 0; i < 200; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "line %d\n", i);
    open_console(&console, below(folder, "console"), 1024);
    write_console(&console, text, length);
    close(console.file);
    CHECK(starts_with_line(below(folder, "console")) && starts_with_line(below(folder, "console.1")));
    CHECK(contains(below(folder, "console"), "line 199\n"));
    CHECK(lines_are_counted(folder, 200));
    open_console(&console, below(folder, "console"), 1024);
    write_console(&console, "one\ntwo\n", 8);
    close(console.file);
    CHECK(lines_are_counted(folder, 202));
    remove_scratch(folder);
}

static void a_claimed_run_never_begins(void) {
    char *folder = make_scratch();
    CHECK(!symlink("runner", below(folder, "claim")));
    run_script(folder, "exit 0");
    CHECK(access(below(folder, "supervisor"), F_OK) && access(below(folder, "exit"), F_OK));
    remove_scratch(folder);
}

/* What nspawn would do: it tells of its leader and that it is ready, and ends. */
static void run_stand_in(const char *folder, char *message) {
    run_program(folder, (char *[]){"/proc/self/exe", "--notify", message, NULL});
}

static void leader_and_readiness_are_recorded(void) {
    char *folder = make_scratch(), message[64], leader[32];
    snprintf(message, sizeof message, "X_NSPAWN_LEADER_PID=%d\nREADY=1", getpid());
    snprintf(leader, sizeof leader, "%d ", getpid());
    run_stand_in(folder, message);
    CHECK(has_text(below(folder, "ready"), "ready") && contains(below(folder, "leader"), leader) && has_text(below(folder, "exit"), "0"));
    remove_scratch(folder);
}

static void a_leader_that_is_gone_is_not_recorded(void) {
    char *folder = make_scratch();
    run_stand_in(folder, "X_NSPAWN_LEADER_PID=2147483647\nREADY=1");
    CHECK(has_text(below(folder, "ready"), "ready") && access(below(folder, "leader"), F_OK));
    remove_scratch(folder);
}

static void a_network_that_cannot_be_made_fails_the_run(void) {
    static const char *const AFTER[] = {"host\tlink\tset\tdev\tno\x1bsuch\tup\n", "host\tlink", "reboot\tnow\n"};
    static const char *const OUTPUT[] = {"no\\x1bsuch up failed with status", "malformed line", "there is no step 'reboot'"};
    for (size_t i = 0; i < 3; i++) {
        char *folder = make_scratch(), message[64];
        snprintf(message, sizeof message, "X_NSPAWN_LEADER_PID=%d\nREADY=1", getpid());
        write_text(below(folder, "after"), AFTER[i]);
        run_stand_in(folder, message);
        CHECK(has_text(below(folder, "exit"), "255") && contains(below(folder, "last-output"), OUTPUT[i]));
        CHECK(access(below(folder, "ready"), F_OK) && access(below(folder, "leader"), F_OK) && contains(below(folder, "console"), OUTPUT[i]));
        remove_scratch(folder);
    }
}

void test_supervise(void) {
    exits_are_recorded();
    the_program_has_default_signals_and_the_supervisor_ignores_them();
    output_is_bounded_and_its_end_is_kept();
    a_console_is_rotated_between_lines();
    a_claimed_run_never_begins();
    leader_and_readiness_are_recorded();
    a_leader_that_is_gone_is_not_recorded();
    a_network_that_cannot_be_made_fails_the_run();
}
