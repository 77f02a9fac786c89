/* A failed fact ends the tests with its line. */
#ifndef HATCHERY_CHECK_H
#define HATCHERY_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(fact)                                                                   \
    do {                                                                              \
        if (!(fact)) {                                                                \
            fprintf(stderr, "%s:%d: it is not so: %s\n", __FILE__, __LINE__, #fact); \
            exit(1);                                                                  \
        }                                                                             \
    } while (0)

/* steps_test.c */
void test_steps(void);

/* words_test.c */
void test_words(void);

/* mounts_test.c */
void test_mounts(void);

/* session_test.c */
void test_session(void);

/* supervise_test.c */
void test_supervise(void);

/* unit_test.c */
void test_unit(void);

#endif
