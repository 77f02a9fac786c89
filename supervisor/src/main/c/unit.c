#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroups.h"
#include "command.h"
#include "enter.h"
#include "mounts.h"
#include "network.h"
#include "notify.h"
#include "record.h"
#include "report.h"
#include "root.h"
#include "steps.h"
#include "text.h"

enum { KEPT_RUNS = 5, LONGEST_LINE = 256, PROGRAM_PID = 2 };

/* The one unit that this process is for. */
static struct {
    const char *path; /* its folder */
    const char *name; /* the container's name, which is the folder's */
    const char *invocation;
    int folder;
    int run;      /* the folder of this invocation */
    pid_t nspawn; /* killed if this process fails; 0 if this process is not beside it */
} unit;

static void record_failure(const char *what) {
    if (!try_record(unit.run, "failure", what))
        dprintf(STDERR_FILENO, "hatchery-supervisor: cannot write the file failure: %s\n", strerror(errno));
    if (unit.nspawn)
        kill(unit.nspawn, SIGKILL);
}

static void open_unit(const char *path) {
    unit.path = path;
    unit.name = strrchr(path, '/') + 1;
    unit.invocation = getenv("INVOCATION_ID");
    if (!unit.invocation || !*unit.invocation || *unit.invocation == '.' || strchr(unit.invocation, '/'))
        refuse("INVOCATION_ID names no invocation of a unit: only systemd calls 'unit'");
    unit.folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (unit.folder < 0)
        fail("cannot open the unit's folder %s", path);
    umask(022);
    if (mkdirat(unit.folder, unit.invocation, 0755) && errno != EEXIST)
        fail("cannot make the folder %s/%s", path, unit.invocation);
    unit.run = openat(unit.folder, unit.invocation, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (unit.run < 0)
        fail("cannot open the folder %s/%s", path, unit.invocation);
    on_failure(record_failure);
}

/* The socket of this invocation: in <runtime>/n for a unit's folder <runtime>/u/<name>. unix(7) bounds its path. */
static void socket_path(char path[LONGEST_PATH]) {
    size_t length = (size_t)(unit.name - unit.path) - strlen("/");
    while (length > 0 && unit.path[length - 1] != '/')
        length--;
    if (snprintf(path, LONGEST_PATH, "%.*sn", (int)length, unit.path) >= LONGEST_PATH - 1)
        refuse("the folder %s has too long a name", unit.path);
    if (mkdir(path, 0700) && errno != EEXIST)
        fail("cannot make the folder %s", path);
    if (length + strlen(unit.invocation) + strlen("n/") >= LONGEST_PATH)
        refuse("the folder %s has too long a name", unit.path);
    strcat(strcat(path, "/"), unit.invocation);
}

/*
 * systemd-machined(8) keeps the machine of a killed nspawn for as long as systemd is about to start the unit again, and refuses the next
 * machine of the name. The file is machined's own; the bus gives the same answer later.
 */
static void unregister_machine(void) {
    static struct output output;
    char path[LONGEST_PATH], scope[LONGEST_LINE], service[LONGEST_LINE], *line;
    snprintf(path, sizeof path, "/run/systemd/machines/%s", unit.name);
    snprintf(scope, sizeof scope, "SCOPE=container-%s.service", unit.name);
    snprintf(service, sizeof service, "UNIT=container-%s.service", unit.name);
    char *text = read_file_if_any(AT_FDCWD, path, NULL), *rest = text;
    bool registered = false;
    while (rest && (line = strsep(&rest, "\n")))
        registered |= !strcmp(line, scope) || !strcmp(line, service);
    free(text);
    if (!registered)
        return;
    const char *call[] = {"busctl", "call", "org.freedesktop.machine1", "/org/freedesktop/machine1", "org.freedesktop.machine1.Manager",
        "UnregisterMachine", "s", unit.name, NULL};
    if (run(call, 0, &output))
        dprintf(STDERR_FILENO, "hatchery-supervisor: cannot unregister the machine %s%s\n", unit.name, reason_in(&output));
}

static void remove_run(const char *name) {
    int folder = openat(unit.folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *entries = folder < 0 ? NULL : fdopendir(folder);
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        unlinkat(folder, entry->d_name, 0); /* "." and ".." are no files */
    if (entries)
        closedir(entries);
    unlinkat(unit.folder, name, AT_REMOVEDIR);
}

/* How many runs have ended, and which of them is the oldest. */
static int ended_runs(char oldest[NAME_MAX + 1]) {
    char exit[NAME_MAX + sizeof "/exit"];
    struct stat status;
    struct timespec first = {0};
    int count = 0, folder = dup(unit.folder);
    DIR *entries = folder < 0 ? NULL : fdopendir(folder);
    if (!entries)
        fail("cannot list the folder %s", unit.path);
    rewinddir(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        snprintf(exit, sizeof exit, "%s/exit", entry->d_name);
        if (entry->d_name[0] == '.' || fstatat(unit.folder, exit, &status, AT_SYMLINK_NOFOLLOW))
            continue;
        bool older = status.st_mtim.tv_sec < first.tv_sec
            || (status.st_mtim.tv_sec == first.tv_sec && status.st_mtim.tv_nsec < first.tv_nsec);
        if (count++ == 0 || older) {
            first = status.st_mtim;
            snprintf(oldest, NAME_MAX + 1, "%s", entry->d_name);
        }
    }
    closedir(entries);
    return count;
}

/* A runner removes the runs that it has read. Those that end while there is none are bounded here. */
static void remove_old_runs(void) {
    char oldest[NAME_MAX + 1];
    for (int before = INT_MAX, count; (count = ended_runs(oldest)) > KEPT_RUNS && count < before; before = count)
        remove_run(oldest);
}

static void append_forward(const char *protocol, const char *port) {
    int file = openat(unit.run, "forwards", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0 || dprintf(file, "%s %s\n", protocol, port) < 0 || close(file))
        fail("cannot write the file forwards");
}

static void remove_forwards(void) {
    char *text = read_file_if_any(unit.run, "forwards", NULL), *rest = text, *line;
    while (rest && (line = strsep(&rest, "\n")))
        if (*line) {
            char *protocol = strsep(&line, " ");
            remove_forward(protocol, line ? line : "");
        }
    free(text);
}

static void set_kernel(const char *path, const char *value) {
    char now[LONGEST_LINE];
    int file = open(path, O_RDWR | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, now, sizeof now - 1);
    if (length < 0)
        fail("cannot read the kernel setting %s", path);
    now[length] = 0;
    now[strcspn(now, "\n")] = 0;
    if (strcmp(now, value) && (lseek(file, 0, SEEK_SET) || dprintf(file, "%s\n", value) < 0))
        fail("cannot set the kernel setting %s to %s", path, value);
    close(file);
}

static void take_step(const struct step *step, const char **root) {
    static const struct {
        const char *kind;
        int parts;
    } KINDS[] = {{"root", 1}, {"directory", 2}, {"emptyFile", 1}, {"copy", 2}, {"removeInterface", 2}, {"removeForward", 2},
        {"realPath", 1}, {"kernelSetting", 2}};
    char *const *parts = step->parts + 1;
    size_t kind = 0, kinds = sizeof KINDS / sizeof *KINDS;
    while (kind < kinds && strcmp(step->parts[0], KINDS[kind].kind))
        kind++;
    if (kind == kinds)
        refuse("there is no step '%s' before nspawn begins: restart the runner", step->parts[0]);
    if (step->count - 1 != KINDS[kind].parts || (!*root && kind > 0 && kind < 4))
        refuse("the step '%s' is not complete: restart the runner", step->parts[0]);
    switch (kind) {
        case 0: *root = parts[0]; break;
        case 1: make_directory(*root, parts[0], parts[1]); break;
        case 2: make_empty_file(*root, parts[0]); break;
        case 3: copy_into(*root, parts[0], parts[1]); break;
        case 4: remove_interface(parts[0], parts[1]); break;
        case 5:
            append_forward(parts[0], parts[1]);
            remove_forward(parts[0], parts[1]);
            break;
        case 6: require_real_path(parts[0]); break;
        default: set_kernel(parts[0], parts[1]);
    }
}

static void prepare(char **none) {
    (void)none;
    size_t left;
    const char *root = NULL;
    struct step step;
    enum step_result result;
    unregister_machine();
    remove_old_runs();
    char *text = read_file(unit.folder, "before", &left), *rest = text;
    while ((result = next_step(&rest, &left, &step)) == STEP_READ)
        take_step(&step, &root);
    if (result == STEP_MALFORMED)
        refuse("the file before has a malformed line: restart the runner, which writes it");
    free(text);
}

/* Configures the network before it passes on to systemd what nspawn reports: a unit that is ready has its network. */
static _Noreturn void pass_notifications(int socket, const char *systemd) {
    static struct notification message;
    struct pollfd wait[] = {{.fd = open_process(unit.nspawn), .events = POLLIN}, {.fd = socket, .events = POLLIN}};
    for (;;) {
        if (poll(wait, 2, -1) < 0 && errno != EINTR)
            fail("cannot wait for nspawn");
        while (receive_notification(socket, &message)) {
            if (message.leader)
                set_up_network(unit.folder, message.leader);
            send_notification(socket, &message, systemd);
        }
        if (wait[0].revents)
            _exit(0);
    }
}

/* This process becomes nspawn, the main process of the unit; its child passes on the notifications. */
static void network(char **program) {
    char path[LONGEST_PATH], nothing;
    const char *systemd = getenv("NOTIFY_SOCKET");
    int moved[2];
    if (!systemd)
        refuse("NOTIFY_SOCKET is not set: only systemd calls 'unit network'");
    socket_path(path);
    int socket = open_notify_socket(path);
    if (pipe2(moved, O_CLOEXEC))
        fail("cannot make a pipe");
    pid_t own = getpid(), child = fork();
    if (child < 0)
        fail("cannot fork");
    if (child == 0) {
        unit.nspawn = own;
        join_supervisor_group();
        close(moved[1]);
        pass_notifications(socket, systemd);
    }
    /* nspawn makes groups below its own, which with the unified hierarchy must hold no other process then. */
    close(moved[1]);
    ssize_t end = read(moved[0], &nothing, 1);
    (void)end; /* a child that fails kills this process */
    if (setenv("NOTIFY_SOCKET", path, 1))
        fail("cannot set NOTIFY_SOCKET");
    execv(program[0], program);
    fail("cannot run %s", program[0]);
}

/* The child of a process that has that pid in its innermost namespace; 0 if there is none. */
static pid_t child_by_inner_pid(pid_t parent, uint64_t inner) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", parent, parent);
    char *list = read_file_if_any(AT_FDCWD, path, NULL), *rest = list, *word;
    pid_t found = 0;
    while (!found && rest && (word = strsep(&rest, " "))) {
        uint64_t pid, own;
        if (!whole_number(word, INT_MAX, &pid))
            continue;
        snprintf(path, sizeof path, "/proc/%s/status", word);
        char *status = read_file_if_any(AT_FDCWD, path, NULL);
        if (status && innermost_pid(status, &own) && own == inner)
            found = (pid_t)pid;
        free(status);
    }
    free(list);
    return found;
}

/* The container's init: the child of the unit's main process that is the first of its process namespace. */
static pid_t find_init(void) {
    uint64_t main_pid;
    const char *text = getenv("MAINPID");
    return text && whole_number(text, INT_MAX, &main_pid) && main_pid > 1 ? child_by_inner_pid((pid_t)main_pid, 1) : 0;
}

static void stop(char **arguments) {
    uint64_t number;
    if (!whole_number(arguments[0], SIGRTMAX, &number) || number == 0)
        refuse("'%s' is no number of a signal", arguments[0]);
    pid_t init = find_init(), program = init ? child_by_inner_pid(init, PROGRAM_PID) : 0;
    if (program)
        kill(program, (int)number);
}

/* Goes on as 'enter', with nothing of the unit's environment. */
static void reload(char **command) {
    enum { WORDS = 6 };
    char ticks[32], leader[16];
    uint64_t start;
    pid_t init = find_init();
    if (!init || !process_start(init, &start))
        refuse("the container %s has no running init", unit.name);
    size_t count = 0;
    while (command[count])
        count++;
    char **all = calloc(WORDS + count + 1, sizeof *all);
    if (!all)
        fail("cannot keep the command");
    snprintf(ticks, sizeof ticks, "%llu", (unsigned long long)start);
    snprintf(leader, sizeof leader, "%d", init);
    memcpy(all, (char *[WORDS]){"hatchery-supervisor", "enter", "--start-time", ticks, leader, "--"}, WORDS * sizeof *all);
    memcpy(all + WORDS, command, count * sizeof *all);
    become_sealed_copy(all);
    refuse("'unit reload' was called by a sealed copy of this program");
}

static void clean_up(char **none) {
    (void)none;
    static const char *const NAMES[] = {"EXIT_CODE", "EXIT_STATUS", "SERVICE_RESULT"};
    const char *words[3];
    char path[LONGEST_PATH], line[LONGEST_LINE];
    unregister_machine();
    remove_forwards();
    socket_path(path);
    unlink(path);
    for (int i = 0; i < 3; i++)
        words[i] = getenv(NAMES[i]) ? getenv(NAMES[i]) : "-";
    snprintf(line, sizeof line, "%s %s %s", words[0], words[1], words[2]);
    record_surely(unit.run, "exit", line);
}

bool run_unit_act(char **arguments) {
    static const struct {
        const char *name;
        void (*run)(char **arguments);
        bool takes_more;
        bool reports; /* whether its failure is the failure of the container's start or exit */
    } ACTS[] = {{"prepare", prepare, false, true}, {"network", network, true, true}, {"stop", stop, true, false},
        {"reload", reload, true, false}, {"clean-up", clean_up, false, true}};
    for (size_t i = 0; arguments[0] && i < sizeof ACTS / sizeof *ACTS; i++) {
        if (strcmp(arguments[0], ACTS[i].name))
            continue;
        if (!arguments[1] || arguments[1][0] != '/' || !arguments[2] != !ACTS[i].takes_more)
            return false;
        open_unit(arguments[1]);
        if (!ACTS[i].reports)
            on_failure(NULL);
        ACTS[i].run(arguments + 2);
        return true;
    }
    return false;
}
