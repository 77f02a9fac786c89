/* What programs print and tell. */
#include <string.h>

#include "check.h"
#include "notify.h"
#include "words.h"

static void control_characters_are_escaped(void) {
    char shown[64];
    const char *text = "a\tb\x1b[0m\r\xc2\x85\xe2\x80\xae\xc3\xa9\xf0\x9f\xa5\x9a\xff\xc0\x80\xed\xa0\x80";
    printable(text, strlen(text), shown, sizeof shown);
    CHECK(!strcmp(shown, "a b\\x1b[0m\\x0d\\x85\\u202e\xc3\xa9\xf0\x9f\xa5\x9a??????"));
    CHECK(printable("a\0b", 3, shown, sizeof shown) == 6 && !strcmp(shown, "a\\x00b"));
}

static void no_character_is_cut(void) {
    char shown[4];
    CHECK(printable("ab\xc3\xa9", 4, shown, 4) == 2 && !strcmp(shown, "ab"));
    CHECK(printable("ab\x1b", 3, shown, 4) == 2);
    CHECK(printable("abcd", 4, shown, 4) == 3 && !strcmp(shown, "abc"));
    CHECK(printable("ab\xc3", 3, shown, 4) == 3 && !strcmp(shown, "ab?"));
}

static bool says(const char *output, const char *expected) {
    char words[LONGEST_WORDS + 1];
    return last_words(output, strlen(output), words) ? expected && !strcmp(words, expected) : !expected;
}

static void last_words_are_the_last_line_that_says_why(void) {
    CHECK(says("first\nlast\n", "last") && says("last", "last") && says("a\r\nb\r\n\r\n", "b"));
    CHECK(says("no /etc\nSpawning container x on /x.\nPress ^] three times\n\n \t\nContainer x failed with error code 1.\n", "no /etc"));
    CHECK(says("Container exited\n", "Container exited") && says("Container x terminated by signal KILL.\nParent died too early", NULL));
    CHECK(says("", NULL) && says("\n\n", NULL) && says("Container ", "Container ") && says("Containerx failed", "Containerx failed"));
}

static void told(const char *text, pid_t leader, bool ready) {
    static struct notification message;
    message.length = strlen(text);
    memcpy(message.text, text, message.length);
    parse_notification(&message);
    CHECK(message.leader == leader && message.ready == ready);
}

static void notifications_are_whole_lines(void) {
    told("READY=1\nSTATUS=Container running.\nX_NSPAWN_LEADER_PID=42", 42, true);
    told("X_NSPAWN_LEADER_PID=42\n", 42, false);
    told("READY=11\nXREADY=1\n READY=1", 0, false);
    told("X_NSPAWN_LEADER_PID=\nX_NSPAWN_LEADER_PID=1\nX_NSPAWN_LEADER_PID=4294967298\nX_NSPAWN_LEADER_PID=12345678901", 0, false);
    told("", 0, false);
    told("\n\n", 0, false);
}

void test_words(void) {
    control_characters_are_escaped();
    no_character_is_cut();
    last_words_are_the_last_line_that_says_why();
    notifications_are_whole_lines();
}
