#include "frames.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "text.h"
#include "variables.h"

void write_header(unsigned char header[FRAME_HEADER], size_t length, enum channel channel) {
    for (int i = 0; i < 4; i++)
        header[i] = (unsigned char)(length >> 8 * i);
    header[4] = (unsigned char)channel;
}

bool read_header(const unsigned char header[FRAME_HEADER], size_t most, size_t *length) {
    *length = 0;
    for (int i = 0; i < 4; i++)
        *length |= (size_t)header[i] << 8 * i;
    return *length <= most;
}

/* The next string; NULL at the end. */
static char *next(char **rest, const char *end) {
    if (*rest >= end)
        return NULL;
    char *text = *rest;
    *rest += strlen(text) + 1;
    return text;
}

static bool next_number(char **rest, const char *end, uint64_t most, uint64_t *number) {
    const char *digits = next(rest, end);
    return digits && whole_number(digits, most, number);
}

static bool parse_environment(char **rest, const char *end, struct request *request) {
    size_t count = 0;
    request->environment = calloc(MOST_VARIABLES + 1, sizeof *request->environment);
    if (!request->environment)
        fail("cannot keep the environment");
    for (char *one; (one = next(rest, end)); request->environment[count++] = one)
        if (count == MOST_VARIABLES || *one == '=' || !strchr(one, '='))
            return false;
    return true;
}

bool parse_request(char *text, size_t length, struct request *request) {
    char *rest = text;
    const char *end = text + length;
    uint64_t columns, rows, words;
    *request = (struct request){0};
    if (length == 0 || text[length - 1])
        return false;
    request->user = next(&rest, end);
    request->folder = next(&rest, end);
    const char *streams = next(&rest, end);
    if (!streams || (strcmp(streams, "pty") && strcmp(streams, "pipes") && strcmp(streams, "port")) || !*request->user
        || !next_number(&rest, end, USHRT_MAX, &columns) || !next_number(&rest, end, USHRT_MAX, &rows)
        || !next_number(&rest, end, MOST_ARGUMENTS, &words))
        return false;
    request->terminal = !strcmp(streams, "pty");
    request->columns = (unsigned short)columns;
    request->rows = (unsigned short)rows;
    for (uint64_t i = 0; i < words; i++)
        if (!(request->command[i] = next(&rest, end)))
            return false;
    if (!strcmp(streams, "port")) {
        uint64_t port;
        if (words != 1 || !whole_number(request->command[0], USHRT_MAX, &port) || port == 0)
            return false;
        request->port = (int)port;
    }
    return parse_environment(&rest, end, request);
}

bool parse_size(const unsigned char *bytes, size_t length, unsigned short *columns, unsigned short *rows) {
    if (length != 4)
        return false;
    *columns = (unsigned short)(bytes[0] | bytes[1] << 8);
    *rows = (unsigned short)(bytes[2] | bytes[3] << 8);
    return true;
}
