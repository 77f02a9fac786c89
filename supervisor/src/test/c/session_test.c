/* Users, requests and environments of sessions. */
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "check.h"
#include "frames.h"
#include "variables.h"

static const char PASSWD[] = "root:x:0:0:root:/root:/bin/bash\n"
                             "malformed\nshort:x:5:5:::\n:x:6:6::/:/bin/sh\nminus:x:-1:1::/:/bin/sh\n"
                             "many:x:7:7:a:b:c:d:e\nnobody:x:4294967295:7::/:/bin/sh\n"
                             "1000:x:7:8::/seven:/bin/sh\nann:x:1000:1001:Ann,,,:/home/ann:\nlast:x:9:9::/last:/bin/sh";

static void users_are_found_by_name_and_then_by_number(void) {
    struct account found;
    CHECK(find_account(PASSWD, "root", &found) && found.uid == 0 && !strcmp(found.shell, "/bin/bash"));
    CHECK(find_account(PASSWD, "ann", &found) && found.uid == 1000 && found.gid == 1001 && !strcmp(found.home, "/home/ann"));
    CHECK(!*found.shell);
    CHECK(find_account(PASSWD, "1000", &found) && found.uid == 7 && !strcmp(found.name, "1000"));
    CHECK(find_account(PASSWD, "9", &found) && !strcmp(found.name, "last"));
    CHECK(find_account(PASSWD, "short", &found) && !*found.home);
    for (const char *const *bad = (const char *const[]){"", "malformed", "minus", "many", "nobody", "4294967295", "-1", "0x0", "roo", "root:",
                                                         NULL};
         *bad; bad++)
        CHECK(!find_account(PASSWD, *bad, &found));
}

static void overlong_fields_make_no_user(void) {
    static char passwd[3 * LONGEST_HOME] = "a:x:1:1::/";
    memset(passwd + strlen(passwd), 'h', LONGEST_HOME);
    strcat(passwd, ":/bin/sh\nb:x:2:2::/:/bin/sh\n");
    struct account found;
    CHECK(!find_account(passwd, "a", &found));
    CHECK(find_account(passwd, "b", &found) && found.uid == 2);
}

static void groups_are_those_with_the_user_as_a_member(void) {
    struct account found;
    CHECK(find_account(PASSWD, "ann", &found));
    find_groups("ann:x:1001:ann\nwheel:x:10:root,ann\nx:x:11:annabel,an\nbad\nbad:x:z:ann\ny:x:12:ann,\nz:x:13:", &found);
    CHECK(found.group_count == 2 && found.groups[0] == 10 && found.groups[1] == 12);
}

static void no_more_groups_are_taken_than_there_is_room_for(void) {
    struct account found;
    static char group[MOST_GROUPS * 32];
    for (int i = 0; i < MOST_GROUPS + 5; i++)
        sprintf(group + strlen(group), "g:x:%d:ann\n", 2000 + i);
    CHECK(find_account(PASSWD, "ann", &found));
    find_groups(group, &found);
    CHECK(found.group_count == MOST_GROUPS);
}

static char written[256];

/* A compound literal would not outlive its CHECK. */
static char *copied(const char *text, size_t length) {
    CHECK(length < sizeof written);
    return memcpy(written, text, length);
}

#define REQUEST(text) copied(text, sizeof(text) - 1), sizeof(text) - 1

static void requests_have_all_that_a_session_needs(void) {
    struct request request;
    CHECK(parse_request(REQUEST("ann\0/srv\0pty\00080\00024\0002\0ls\0-l\0A=b\0C=\0"), &request));
    CHECK(!strcmp(request.user, "ann") && !strcmp(request.folder, "/srv") && request.terminal && request.columns == 80 && request.rows == 24);
    CHECK(!strcmp(request.command[0], "ls") && !strcmp(request.command[1], "-l") && !request.command[2]);
    CHECK(!strcmp(request.environment[0], "A=b") && !strcmp(request.environment[1], "C=") && !request.environment[2]);
    free(request.environment);
    CHECK(parse_request(REQUEST("0\0\0pipes\0000\0000\0000\0"), &request) && !request.command[0] && !request.terminal);
    free(request.environment);
}

static void ports_are_the_only_word(void) {
    struct request request;
    CHECK(parse_request(REQUEST("0\0\0port\0000\0000\0001\0008080\0"), &request) && request.port == 8080 && !request.terminal);
    free(request.environment);
    CHECK(!parse_request(REQUEST("0\0\0port\0000\0000\0000\0"), &request));
    CHECK(!parse_request(REQUEST("0\0\0port\0000\0000\0001\0000\0"), &request));
    CHECK(!parse_request(REQUEST("0\0\0port\0000\0000\0001\00065536\0"), &request));
    CHECK(!parse_request(REQUEST("0\0\0port\0000\0000\0002\0001\0002\0"), &request));
}

static void malformed_requests_are_refused(void) {
    struct request request;
    CHECK(!parse_request(REQUEST(""), &request));
    CHECK(!parse_request(REQUEST("ann\0/\0pipes\0000\0000\0001\0ls"), &request));
    CHECK(!parse_request(REQUEST("ann\0/\0pipes\0000\0000\0002\0ls\0"), &request));
    CHECK(!parse_request(REQUEST("\0/\0pipes\0000\0000\0001\0ls\0"), &request));
    CHECK(!parse_request(REQUEST("ann\0/\0tubes\0000\0000\0001\0ls\0"), &request));
    CHECK(!parse_request(REQUEST("ann\0/\0pty\00070000\0000\0001\0ls\0"), &request));
    CHECK(!parse_request(REQUEST("ann\0/\0pty\0001\0001\0009999\0ls\0"), &request));
    CHECK(!parse_request(REQUEST("ann\0"), &request));
    CHECK(!parse_request(REQUEST("ann\0/\0pty\0001\0001\0001\0ls\0NOVALUE\0"), &request));
    free(request.environment);
    CHECK(!parse_request(REQUEST("ann\0/\0pty\0001\0001\0001\0ls\0=x\0"), &request));
    free(request.environment);
}

static void headers_are_read_as_they_are_written(void) {
    unsigned char header[FRAME_HEADER];
    size_t length;
    write_header(header, 0x010203, CHANNEL_CLOSE);
    CHECK(header[4] == 255 && !read_header(header, MOST_FRAME, &length));
    CHECK(read_header(header, MOST_REQUEST, &length) && length == 0x010203);
    unsigned short columns, rows;
    CHECK(parse_size((const unsigned char[]){80, 1, 24, 0}, 4, &columns, &rows) && columns == 336 && rows == 24);
    CHECK(!parse_size((const unsigned char[]){80, 1, 24}, 3, &columns, &rows));
}

static void further_variables_take_the_place_of_others(void) {
    static char variables[] = "container=systemd-nspawn\0NOTIFY_SOCKET=/x\0container_uuid=7";
    static struct leader leader = {.environment = variables, .environment_length = sizeof variables};
    struct account account = {.name = "ann", .home = "/home/ann"};
    char **all = environment_of(&leader, &account, (char *[]){"HOME=/tmp", "A=b=c", "A=d", NULL});
    CHECK(!strcmp(variable(all, "HOME"), "/tmp") && !strcmp(variable(all, "A"), "d") && !strcmp(variable(all, "USER"), "ann"));
    CHECK(!strcmp(variable(all, "container"), "systemd-nspawn") && !strcmp(variable(all, "container_uuid"), "7"));
    CHECK(!variable(all, "NOTIFY_SOCKET") && !variable(all, "SHELL") && !variable(all, "HOM"));
}

void test_session(void) {
    users_are_found_by_name_and_then_by_number();
    overlong_fields_make_no_user();
    groups_are_those_with_the_user_as_a_member();
    no_more_groups_are_taken_than_there_is_room_for();
    requests_have_all_that_a_session_needs();
    ports_are_the_only_word();
    malformed_requests_are_refused();
    headers_are_read_as_they_are_written();
    further_variables_take_the_place_of_others();
}
