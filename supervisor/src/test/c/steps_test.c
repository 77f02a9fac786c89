/* The step reader: what a runner writes is read as it was meant, and nothing else is read. */
#include <stdbool.h>
#include <string.h>

#include "check.h"
#include "steps.h"

static enum step_result read_one(const char *text, size_t length, char *copy, struct step *step) {
    memcpy(copy, text, length);
    char *rest = copy;
    size_t left = length;
    return next_step(&rest, &left, step);
}

static void parts_are_decoded(void) {
    char text[] = "copy\t/a\\tb\\n\\\\c\t\nhost\tlink\n", *rest = text;
    size_t left = sizeof text - 1;
    struct step step;
    CHECK(next_step(&rest, &left, &step) == STEP_READ && step.count == 3);
    CHECK(!strcmp(step.parts[0], "copy") && !strcmp(step.parts[1], "/a\tb\n\\c") && !strcmp(step.parts[2], "") && !step.parts[3]);
    CHECK(next_step(&rest, &left, &step) == STEP_READ && step.count == 2 && !strcmp(step.parts[1], "link"));
    CHECK(next_step(&rest, &left, &step) == STEP_END && left == 0);
}

static void malformed_lines_are_refused(void) {
    static const struct {
        const char *text;
        size_t length;
    } BAD[] = {{"copy\t/a", 7}, {"a\\x\n", 4}, {"a\\\n", 3}, {"a\0b\n", 4}, {"\\", 1}};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        char copy[16];
        struct step step;
        CHECK(read_one(BAD[i].text, BAD[i].length, copy, &step) == STEP_MALFORMED);
    }
}

static void the_number_of_parts_is_bounded(void) {
    char text[MOST_PARTS + 2], copy[sizeof text];
    struct step step;
    memset(text, '\t', sizeof text);
    text[MOST_PARTS - 1] = '\n';
    CHECK(read_one(text, MOST_PARTS, copy, &step) == STEP_READ && step.count == MOST_PARTS);
    text[MOST_PARTS - 1] = '\t';
    text[MOST_PARTS] = '\n';
    CHECK(read_one(text, MOST_PARTS + 1, copy, &step) == STEP_MALFORMED);
}

void test_steps(void) {
    parts_are_decoded();
    malformed_lines_are_refused();
    the_number_of_parts_is_bounded();
}
