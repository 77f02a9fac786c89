#include "steps.h"

#include <stdbool.h>
#include <string.h>

/* Decodes a part in place. */
static bool unescape(char *part) {
    char *to = part;
    for (const char *from = part; *from; from++, to++) {
        if (*from != '\\') {
            *to = *from;
            continue;
        }
        switch (*++from) {
            case '\\': *to = '\\'; break;
            case 't': *to = '\t'; break;
            case 'n': *to = '\n'; break;
            default: return false;
        }
    }
    *to = 0;
    return true;
}

enum step_result next_step(char **rest, size_t *left, struct step *step) {
    if (*left == 0)
        return STEP_END;
    char *line = *rest, *end = memchr(line, '\n', *left);
    /* A line without its end was not written to its end. */
    if (!end || memchr(line, 0, (size_t)(end - line)))
        return STEP_MALFORMED;
    *end = 0;
    *left -= (size_t)(end + 1 - line);
    *rest = end + 1;
    step->count = 0;
    for (char *part; (part = strsep(&line, "\t"));) {
        if (step->count == MOST_PARTS || !unescape(part))
            return STEP_MALFORMED;
        step->parts[step->count++] = part;
    }
    step->parts[step->count] = NULL;
    return STEP_READ;
}
