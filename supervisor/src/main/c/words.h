/* What programs print, made fit for a terminal and for one line of a report. Pure. */
#ifndef HATCHERY_WORDS_H
#define HATCHERY_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { LONGEST_WORDS = 300 };

/*
 * Writes text with each control and format character as its escape, \x1b or \u202e, a tab as a blank, and each byte that is not UTF-8
 * as a question mark. It ends with the last character that fits. Returns the length without the NUL.
 */
size_t printable(const char *text, size_t length, char *shown, size_t size);

/* The last line that says anything about why a container ended, printable; false if there is none. */
bool last_words(const char *output, size_t length, char words[LONGEST_WORDS + 1]);

#endif
