/*
 * Feeds texts that nobody writes to what reads texts of others: steps, notifications, what programs print. The sanitizers say what goes
 * wrong out of bounds; what must be true of each result is checked here.
 *
 * usage: fuzz [ROUNDS] [SEED]    the same seed gives the same texts
 * With -DLIBFUZZER and clang's -fsanitize=fuzzer, the fuzzer of LLVM finds the texts.
 */
#include <stdint.h>
#include <string.h>

#include "account.h"
#include "check.h"
#include "frames.h"
#include "notify.h"
#include "steps.h"
#include "words.h"

enum { LONGEST_TEXT = 512 };

/* Writes a step as a runner does; its length. */
static size_t write_step(const struct step *step, char line[2 * LONGEST_TEXT + MOST_PARTS]) {
    size_t used = 0;
    for (int i = 0; i < step->count; i++) {
        for (const char *c = step->parts[i]; *c; c++) {
            const char *escape = *c == '\\' ? "\\\\" : *c == '\t' ? "\\t" : *c == '\n' ? "\\n" : NULL;
            line[used++] = escape ? escape[0] : *c;
            if (escape)
                line[used++] = escape[1];
        }
        line[used++] = i + 1 < step->count ? '\t' : '\n';
    }
    return used;
}

/* A step that is read is written again as it was. */
static void read_steps(const char *text, size_t length) {
    static char line[2 * LONGEST_TEXT + MOST_PARTS];
    char *copy = malloc(length + 1), *rest = copy;
    CHECK(copy);
    memcpy(copy, text, length);
    size_t left = length, at = 0;
    struct step step;
    while (next_step(&rest, &left, &step) == STEP_READ) {
        CHECK(step.count > 0 && step.count <= MOST_PARTS && !step.parts[step.count]);
        size_t written = write_step(&step, line);
        CHECK(at + written <= length && !memcmp(line, text + at, written));
        at += written;
        CHECK(left == length - at);
    }
    free(copy);
}

static void read_words(const char *text, size_t length) {
    char shown[LONGEST_WORDS + 1], again[LONGEST_WORDS + 1];
    size_t used = printable(text, length, shown, sizeof shown);
    CHECK(used <= LONGEST_WORDS && shown[used] == 0);
    for (size_t i = 0; i < used; i++)
        CHECK((unsigned char)shown[i] >= 0x20 && shown[i] != 0x7f);
    CHECK(printable(shown, used, again, sizeof again) == used && !strcmp(shown, again));
    if (last_words(text, length, shown))
        CHECK(strlen(shown) <= LONGEST_WORDS);
}

static void read_notification(const char *text, size_t length) {
    static struct notification message;
    message.length = length;
    memcpy(message.text, text, length);
    parse_notification(&message);
    CHECK(message.leader == 0 || message.leader > 1);
}

/* Of a container: it may hold anything. */
static void read_accounts(const char *text, size_t length) {
    char *copy = malloc(length + 1);
    CHECK(copy);
    memcpy(copy, text, length);
    copy[length] = 0;
    struct account found = {.name = "ann"};
    if (find_account(copy, "ann", &found) || find_account(copy, "7", &found))
        CHECK(strlen(found.home) < LONGEST_HOME && found.uid != UINT32_MAX && found.gid != UINT32_MAX);
    find_groups(copy, &found);
    CHECK(found.group_count <= MOST_GROUPS);
    free(copy);
}

static void read_request(const char *text, size_t length) {
    static struct request request;
    char *copy = malloc(length + 1);
    CHECK(copy);
    for (size_t i = 0; i < length; i++)
        copy[i] = (char)(text[i] == '\t' ? 0 : text[i]); /* the seeds are texts */
    if (parse_request(copy, length, &request))
        CHECK(*request.user && copy[length - 1] == 0);
    free(request.environment);
    free(copy);
}

static void read_all(const char *text, size_t length) {
    read_steps(text, length);
    read_words(text, length);
    read_notification(text, length);
    read_accounts(text, length);
    read_request(text, length);
}

#ifdef LIBFUZZER
int LLVMFuzzerTestOneInput(const uint8_t *text, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *text, size_t length) {
    if (length <= LONGEST_TEXT)
        read_all((const char *)text, length);
    return 0;
}
#else
static const char *const SEEDS[] = {
    "root\t/var/lib/web\ndirectory\t/var/lib/web/etc\t0755\ncopy\t/a\\tb\t/c\\n\\\\d\n",
    "host\tlink\tset\tdev\tve-web\tup\ncontainer\taddr\tadd\t10.0.0.1/24\tdev\thost0\n",
    "X_NSPAWN_LEADER_PID=4711\nREADY=1\nSTATUS=Container running.\n",
    "root:x:0:0::/root:/bin/sh\nann:x:7:8:Ann:/home/ann:/bin/sh\nwheel:x:10:root,ann\n",
    "ann\t/srv\tpty\t80\t24\t2\tls\t-l\tA=b\tC=\t",
    "Spawning container web on /root.\nContainer web failed with error code 1.\n\x1b[0;1mlast\xc3\xa9\xe2\x80\xae\xf0\x9f\xa5\x9a\n",
};

static uint64_t state;

static size_t below_number(size_t bound) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state % bound);
}

/* Changes, inserts, removes or repeats a piece; a new length. */
static size_t mutate(char *text, size_t length) {
    static const char LETTERS[] = "\t\n\\tnx\0=:\x1b\xff\xc3\xe2\x80 ";
    size_t at = length ? below_number(length) : 0;
    char letter = below_number(4) ? LETTERS[below_number(sizeof LETTERS - 1)] : (char)below_number(256);
    switch (below_number(4)) {
        case 0:
            if (length)
                text[at] = letter;
            return length;
        case 1:
            if (length == LONGEST_TEXT)
                return length;
            memmove(text + at + 1, text + at, length - at);
            text[at] = letter;
            return length + 1;
        case 2: {
            size_t many = length ? below_number(length - at) + 1 : 0;
            memmove(text + at, text + at + many, length - at - many);
            return length - many;
        }
        default: {
            size_t many = length ? below_number(length - at) + 1 : 0;
            if (length + many > LONGEST_TEXT)
                return length;
            memmove(text + at + many, text + at, length - at);
            return length + many;
        }
    }
}

int main(int count, char **arguments) {
    long rounds = count > 1 ? atol(arguments[1]) : 200000;
    state = count > 2 ? strtoull(arguments[2], NULL, 10) : 1;
    CHECK(rounds > 0 && state > 0);
    for (long round = 0; round < rounds; round++) {
        char text[LONGEST_TEXT];
        const char *seed = SEEDS[below_number(sizeof SEEDS / sizeof *SEEDS)];
        size_t length = strlen(seed);
        memcpy(text, seed, length);
        for (size_t times = 1 + below_number(16); times > 0; times--)
            length = mutate(text, length);
        read_all(text, length);
    }
    printf("%ld texts\n", rounds);
    return 0;
}
#endif
