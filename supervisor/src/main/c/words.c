#include "words.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_ESCAPE = 12 };

/* The length of the UTF-8 sequence at the start of a text and its code point; 0 if it is none. */
static size_t decode(const unsigned char *text, size_t length, uint32_t *code) {
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } KINDS[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t more = 0; more < 4; more++) {
        if ((text[0] & KINDS[more].mask) != KINDS[more].lead)
            continue;
        if (length <= more)
            return 0;
        uint32_t value = text[0] & (unsigned char)~KINDS[more].mask;
        for (size_t i = 1; i <= more; i++) {
            if ((text[i] & 0xc0) != 0x80)
                return 0;
            value = value << 6 | (text[i] & 0x3f);
        }
        if (value < KINDS[more].least || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
            return 0;
        *code = value;
        return more + 1;
    }
    return 0;
}

/* Unicode's categories Cc, Cf, Zl and Zp: what moves cursors, sets titles and reverses the direction of text. */
static bool is_control(uint32_t code) {
    static const uint32_t RANGES[][2] = {{0x00, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x600, 0x605}, {0x61c, 0x61c}, {0x6dd, 0x6dd},
        {0x70f, 0x70f}, {0x890, 0x891}, {0x8e2, 0x8e2}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
        {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},
        {0x1d173, 0x1d17a}, {0xe0000, 0xe007f}};
    for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES; i++)
        if (code >= RANGES[i][0] && code <= RANGES[i][1])
            return true;
    return false;
}

size_t printable(const char *text, size_t length, char *shown, size_t size) {
    const unsigned char *at = (const unsigned char *)text;
    size_t used = 0;
    while (length > 0) {
        uint32_t code = 0;
        char piece[LONGEST_ESCAPE];
        size_t taken = decode(at, length, &code), wide;
        if (taken == 0) {
            taken = wide = 1;
            piece[0] = '?';
        } else if (code == '\t') {
            wide = 1;
            piece[0] = ' ';
        } else if (is_control(code)) {
            wide = (size_t)snprintf(piece, sizeof piece, code < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)code);
        } else {
            wide = taken;
            memcpy(piece, at, taken);
        }
        if (used + wide >= size)
            break;
        memcpy(shown + used, piece, wide);
        used += wide;
        at += taken;
        length -= taken;
    }
    shown[used] = 0;
    return used;
}

static bool begins_with(const char *line, size_t length, const char *start) {
    return length >= strlen(start) && !strncmp(line, start, strlen(start));
}

/* What nspawn prints whenever something ends does not say why. */
static bool is_noise(const char *line, size_t length) {
    static const char *const STARTS[] = {
        "Parent died", "Child died", "Attempted to remove disk", "Some capabilities", "Spawning container", "Press ^]"};
    for (size_t i = 0; i < sizeof STARTS / sizeof *STARTS; i++)
        if (begins_with(line, length, STARTS[i]))
            return true;
    if (begins_with(line, length, "Container ")) {
        const char *blank = memchr(line + 10, ' ', length - 10);
        size_t left = blank ? length - (size_t)(blank + 1 - line) : 0;
        return blank
            && (begins_with(blank + 1, left, "failed") || begins_with(blank + 1, left, "terminated")
                || begins_with(blank + 1, left, "exited"));
    }
    for (size_t i = 0; i < length; i++)
        if (!memchr(" \t\v\f", line[i], 4))
            return false;
    return true;
}

bool last_words(const char *output, size_t length, char words[LONGEST_WORDS + 1]) {
    size_t end = length;
    while (end > 0) {
        size_t begin = end;
        while (begin > 0 && output[begin - 1] != '\n' && output[begin - 1] != '\r')
            begin--;
        if (!is_noise(output + begin, end - begin)) {
            printable(output + begin, end - begin, words, LONGEST_WORDS + 1);
            return true;
        }
        end = begin > 0 ? begin - 1 : 0;
    }
    return false;
}
