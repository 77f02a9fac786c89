/* What keeps files of containers from the host's users. Needs root, as the program does; as another user nothing is tested. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "mounts.h"
#include "scratch.h"

static bool ends_well(void (*act)(const char *path), const char *path) {
    pid_t child = fork();
    if (child == 0) {
        fclose(stderr);
        act(path);
        _exit(0);
    }
    return status_of(child) == 0;
}

static void a_path_with_a_link_is_refused(void) {
    char *scratch = make_scratch();
    char link[256], through[300];
    snprintf(link, sizeof link, "%s/link", scratch);
    snprintf(through, sizeof through, "%s/below", link);
    mkdir(below(scratch, "real"), 0755);
    mkdir(below(scratch, "real/below"), 0755);
    CHECK(ends_well(require_real_path, below(scratch, "real/below")));
    CHECK(!symlink(below(scratch, "real"), link));
    CHECK(!ends_well(require_real_path, link) && !ends_well(require_real_path, through));
    CHECK(!ends_well(require_real_path, below(scratch, "none")));
    remove_scratch(scratch);
}

static bool has_set_user_id(const char *path) {
    struct statvfs status;
    return !statvfs(path, &status) && !(status.f_flag & ST_NOSUID);
}

/* A scratch folder is its owner's alone; another folder is mounted over itself. */
static void only_a_folder_that_others_reach_is_mounted(void) {
    char open[] = "/var/tmp/hatchery-mounts-XXXXXX";
    char *closed = make_scratch(), inner[300];
    CHECK(mkdtemp(open) && !chmod(open, 0755));
    snprintf(inner, sizeof inner, "%s/data", closed);
    CHECK(!mkdir(inner, 0755) && !chmod(closed, 0700));
    if (has_set_user_id(open) && has_set_user_id(inner)) {
        ignore_set_user_id(inner);
        CHECK(has_set_user_id(inner));
        ignore_set_user_id(open);
        CHECK(!has_set_user_id(open));
        ignore_set_user_id(open);
        char command[300];
        snprintf(command, sizeof command, "umount %s", open);
        CHECK(!system(command) && has_set_user_id(open)); /* it was mounted once */
    }
    CHECK(!rmdir(open));
    remove_scratch(closed);
}

void test_mounts(void) {
    if (geteuid())
        return;
    a_path_with_a_link_is_refused();
    only_a_folder_that_others_reach_is_mounted();
}
