/*
 * Steps as a runner writes them for a process that outlives it: a line a step, its kind and its parts separated by tabs. A backslash, a
 * tab and a line feed in a part are written \\, \t and \n. A step of a kind that this program does not know fails the start: the runner
 * is newer than the program. Pure.
 */
#ifndef HATCHERY_STEPS_H
#define HATCHERY_STEPS_H

#include <stddef.h>

enum { MOST_PARTS = 64 };

struct step {
    char *parts[MOST_PARTS + 1]; /* the kind first, NULL after the last */
    int count;
};

enum step_result { STEP_READ, STEP_END, STEP_MALFORMED };

/*
 * Takes the next step from a text, which it changes; the parts are in that text.
 *
 * rest: the text that is left, left: its length
 */
enum step_result next_step(char **rest, size_t *left, struct step *step);

#endif
