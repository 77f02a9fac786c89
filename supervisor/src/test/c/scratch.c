#include "scratch.h"

#include <ftw.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "command.h"
#include "text.h"

char *make_scratch(void) {
    char *folder = strdup("/tmp/hatchery-supervisor-XXXXXX");
    CHECK(folder && mkdtemp(folder));
    return folder;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)status, (void)type, (void)place;
    return remove(path);
}

void remove_scratch(char *folder) {
    CHECK(!nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS));
    free(folder);
}

const char *below(const char *folder, const char *name) {
    static char paths[8][LONGEST_PATH];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, LONGEST_PATH, "%s/%s", folder, name);
    return path;
}

void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    CHECK(file && fputs(text, file) >= 0 && !fclose(file));
}

bool contains(const char *path, const char *text) {
    char *found = read_file_if_any(AT_FDCWD, path, NULL);
    bool yes = found && strstr(found, text);
    if (!yes)
        fprintf(stderr, "%s: %s\n", path, found ? found : "there is no such file");
    free(found);
    return yes;
}

bool has_text(const char *path, const char *text) {
    char *found = read_file_if_any(AT_FDCWD, path, NULL);
    size_t length = strlen(text);
    bool yes = found && strlen(found) == length + 1 && !strncmp(found, text, length) && found[length] == '\n';
    if (!yes)
        fprintf(stderr, "%s: %s\n", path, found ? found : "there is no such file");
    free(found);
    return yes;
}

int status_of(pid_t child) {
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    return shell_status(status);
}
