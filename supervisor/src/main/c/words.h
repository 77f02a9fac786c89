/* Output of programs, made printable. Pure. */
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

/* The last line with a reason for the exit of a container, printable; false if there is none. */
bool last_words(const char *output, size_t length, char words[LONGEST_WORDS + 1]);

#endif
