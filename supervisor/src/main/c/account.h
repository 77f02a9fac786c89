/* The users and groups of a container, read from its own files without its libraries (CVE-2019-14271). Pure but for account_of. */
#ifndef HATCHERY_ACCOUNT_H
#define HATCHERY_ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>

enum { LONGEST_USER = 256, LONGEST_HOME = 1024, MOST_GROUPS = 256 };

struct account {
    char name[LONGEST_USER]; /* empty for a number that has no name */
    uid_t uid;
    gid_t gid;
    char home[LONGEST_HOME];
    char shell[LONGEST_HOME]; /* empty if none is named */
    gid_t groups[MOST_GROUPS]; /* further ones */
    int group_count;
};

/* Finds a user in passwd(5) by name, else by number; false if there is none. Malformed lines are skipped. */
bool find_account(const char *passwd, const char *user, struct account *found);

/* Adds the groups of group(5) that have the account as a member, as far as there is room. */
void find_groups(const char *group, struct account *account);

/* A user by name or number, from the files of the root that this process has. Ends this process if there is no such name. */
void account_of(const char *user, struct account *found);

#endif
