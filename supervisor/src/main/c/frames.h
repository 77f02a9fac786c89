/*
 * What a runner and a session tell each other on the session's standard input and output: frames of a length (32 bits, little endian),
 * a channel and bytes. Pure.
 */
#ifndef HATCHERY_FRAMES_H
#define HATCHERY_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FRAME_HEADER = 5,
    MOST_FRAME = 1 << 16,   /* bytes of a frame */
    MOST_REQUEST = 1 << 20, /* bytes of the first frame, which has the request */
    MOST_ARGUMENTS = 4096,
};

/* As those of v5.channel.k8s.io. */
enum channel {
    CHANNEL_INPUT = 0,
    CHANNEL_OUTPUT = 1,
    CHANNEL_ERRORS = 2,
    CHANNEL_END = 3,    /* 0 or 1 if the command did not begin, its exit status, and why in words */
    CHANNEL_SIZE = 4,   /* columns and rows of the terminal, each in 16 bits, little endian */
    CHANNEL_CLOSE = 255 /* the input is at its end, or the output of a connection */
};

/* The request of a session; all of it points into the text that it was read from. */
struct request {
    char *user;
    char *folder; /* empty for the user's home */
    bool terminal;
    int port; /* of a connection instead of a command; 0 for none */
    unsigned short columns, rows;
    char *command[MOST_ARGUMENTS + 1];
    char **environment;
};

/* Writes a header. */
void write_header(unsigned char header[FRAME_HEADER], size_t length, enum channel channel);

/* The length in a header; false if it is larger than the most. */
bool read_header(const unsigned char header[FRAME_HEADER], size_t most, size_t *length);

/*
 * Reads a request: strings with a NUL after each: user, folder, "pty", "pipes" or "port", columns, rows, number of the command's words, these
 * words, and the environment. The one word of a port is its number. False if it is malformed. The environment is to be freed.
 */
bool parse_request(char *text, size_t length, struct request *request);

/* Reads the size of a terminal; false if it is malformed. */
bool parse_size(const unsigned char *bytes, size_t length, unsigned short *columns, unsigned short *rows);

#endif
