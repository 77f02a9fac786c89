#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "command.h"
#include "entry.h"
#include "frames.h"
#include "report.h"

enum { END_OF_TRANSMISSION = 4, BEGUN = 0, NOT_BEGUN = 1 };

/* What is on its way in one direction. */
struct buffer {
    unsigned char bytes[FRAME_HEADER + MOST_FRAME];
    size_t begin, end;
};

/* Its descriptors are -1 once they are closed. */
struct session {
    struct entry entry;
    struct request request;
    pid_t self, child;
    int signals, ending;
    int input, output, errors; /* this process's ends; input and output are the same with a terminal */
    struct buffer incoming;    /* a frame of the runner, as far as it was read */
    struct buffer data;        /* input for the command; no frame is read before it is written */
    struct buffer outgoing;    /* a frame for the runner; no output is read before it is written */
    bool errors_next;          /* so that neither stream keeps the other from being read */
};

static struct session session;

static bool is_empty(const struct buffer *buffer) { return buffer->begin == buffer->end; }

static bool again(void) { return errno == EAGAIN || errno == EINTR; }

/* False if the reader has gone. */
static bool flush(int file, struct buffer *buffer) {
    ssize_t count = write(file, buffer->bytes + buffer->begin, buffer->end - buffer->begin);
    if (count < 0)
        return again();
    buffer->begin += (size_t)count;
    return true;
}

static void read_exactly(unsigned char *bytes, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t count = read(STDIN_FILENO, bytes + done, length - done);
        if (count == 0)
            refuse("the request ended after %zu of %zu bytes", done, length);
        if (count < 0 && errno != EINTR)
            fail("cannot read the request");
        done += count > 0 ? (size_t)count : 0;
    }
}

static void read_request(void) {
    unsigned char header[FRAME_HEADER];
    size_t length;
    read_exactly(header, sizeof header);
    if (!read_header(header, MOST_REQUEST, &length))
        refuse("the request is longer than %d bytes", MOST_REQUEST);
    char *text = malloc(length + 1);
    if (!text)
        fail("cannot keep the request");
    read_exactly((unsigned char *)text, length);
    if (!parse_request(text, length, &session.request))
        refuse("the request is malformed: do runner and supervisor have the same version?");
}

static void set_non_blocking(int file) {
    int flags = fcntl(file, F_GETFL);
    if (flags < 0 || fcntl(file, F_SETFL, flags | O_NONBLOCK))
        fail("cannot set up a stream");
}

static void close_input(void) {
    if (session.input >= 0 && session.input != session.output)
        close(session.input);
    session.input = -1;
}

static void take_size(const unsigned char *bytes, size_t length) {
    struct winsize size = {0};
    if (session.request.terminal && parse_size(bytes, length, &size.ws_col, &size.ws_row) && ioctl(session.output, TIOCSWINSZ, &size))
        fail("cannot set the size of the terminal");
}

static void take_frame(unsigned char channel, const unsigned char *bytes, size_t length) {
    bool ends = channel == CHANNEL_CLOSE && length == 1 && bytes[0] == CHANNEL_INPUT;
    if (channel == CHANNEL_SIZE)
        take_size(bytes, length);
    if (session.input < 0)
        return; /* the command has closed it */
    if (ends && !session.request.terminal)
        close_input();
    if (ends || channel == CHANNEL_INPUT) {
        session.data.begin = 0;
        session.data.end = ends ? session.request.terminal : length;
        session.data.bytes[0] = END_OF_TRANSMISSION; /* a terminal's input has no other end */
        if (!ends)
            memcpy(session.data.bytes, bytes, length);
    }
}

/* False at the end of the runner's frames. */
static bool read_frames(void) {
    struct buffer *in = &session.incoming;
    size_t length = 0, wanted = FRAME_HEADER;
    if (in->end >= FRAME_HEADER) {
        if (!read_header(in->bytes, MOST_FRAME, &length))
            refuse("a frame of the runner is too long");
        wanted += length;
    }
    if (in->end < wanted) {
        ssize_t count = read(STDIN_FILENO, in->bytes + in->end, wanted - in->end);
        if (count <= 0)
            return count < 0 && again();
        in->end += (size_t)count;
    }
    if (in->end >= FRAME_HEADER && read_header(in->bytes, MOST_FRAME, &length) && in->end == FRAME_HEADER + length) {
        in->end = 0;
        take_frame(in->bytes[4], in->bytes + FRAME_HEADER, length);
    }
    return true;
}

/* Makes a frame of what is there; false at the end of it. */
static bool read_output(int file, enum channel channel) {
    struct buffer *out = &session.outgoing;
    ssize_t count = read(file, out->bytes + FRAME_HEADER, MOST_FRAME);
    if (count <= 0)
        return count < 0 && again();
    write_header(out->bytes, (size_t)count, channel);
    out->begin = 0;
    out->end = FRAME_HEADER + (size_t)count;
    return true;
}

/* A connection may be closed in one direction. */
static void announce_output_end(void) {
    struct buffer *out = &session.outgoing;
    write_header(out->bytes, 1, CHANNEL_CLOSE);
    out->bytes[FRAME_HEADER] = CHANNEL_OUTPUT;
    out->begin = 0;
    out->end = FRAME_HEADER + 1;
}

static void read_one_output(short output, short errors) {
    bool takes_errors = errors && (session.errors_next || !output);
    session.errors_next = !takes_errors;
    if (takes_errors && !read_output(session.errors, CHANNEL_ERRORS))
        session.errors = -1;
    if (!takes_errors && output && !read_output(session.output, CHANNEL_OUTPUT)) {
        session.output = -1;
        if (session.request.port)
            announce_output_end();
    }
}

static int when(bool wanted, int file) { return wanted ? file : -1; }

/* Moves bytes until the command has ended; false if the runner or a signal ends the session. */
static bool relay(void) {
    while (true) {
        bool out_free = is_empty(&session.outgoing), in_free = is_empty(&session.data);
        enum { ENDING, SIGNALS, RUNNER_IN, RUNNER_OUT, INPUT, OUTPUT, ERRORS, FILES };
        struct pollfd wait[FILES] = {
            [ENDING] = {.fd = session.ending, .events = POLLIN},
            [SIGNALS] = {.fd = session.signals, .events = POLLIN},
            [RUNNER_IN] = {.fd = STDIN_FILENO, .events = in_free ? POLLIN : 0}, /* its end is told all the same */
            [RUNNER_OUT] = {.fd = STDOUT_FILENO, .events = out_free ? 0 : POLLOUT},
            [INPUT] = {.fd = when(!in_free, session.input), .events = POLLOUT},
            [OUTPUT] = {.fd = when(out_free, session.output), .events = POLLIN},
            [ERRORS] = {.fd = when(out_free, session.errors), .events = POLLIN},
        };
        if (poll(wait, FILES, -1) < 0 && errno != EINTR)
            fail("cannot wait for the command");
        if (wait[SIGNALS].revents || wait[RUNNER_OUT].revents & POLLERR || (!in_free && wait[RUNNER_IN].revents & POLLHUP))
            return false;
        if (wait[RUNNER_OUT].revents && !flush(STDOUT_FILENO, &session.outgoing))
            return false;
        if (wait[INPUT].revents && !flush(session.input, &session.data)) {
            session.data.begin = session.data.end;
            close_input();
        }
        if (in_free && wait[RUNNER_IN].revents && !read_frames())
            return false;
        if (is_empty(&session.outgoing))
            read_one_output(wait[OUTPUT].revents, wait[ERRORS].revents);
        if (wait[ENDING].revents)
            return true;
    }
}

/* Sends what is to be sent, however long the runner takes; false if it has gone. */
static bool send_all(void) {
    while (!is_empty(&session.outgoing)) {
        struct pollfd wait[] = {{.fd = STDOUT_FILENO, .events = POLLOUT}, {.fd = session.signals, .events = POLLIN}};
        if (poll(wait, 2, -1) < 0 && errno != EINTR)
            fail("cannot wait for the runner");
        if (wait[1].revents || wait[0].revents & POLLERR || !flush(STDOUT_FILENO, &session.outgoing))
            return false;
    }
    return true;
}

/* What the command has written, now that nothing inside writes more. */
static bool drain(void) {
    bool goes_on = send_all();
    for (int turn = 0; goes_on && turn < 2; turn++) {
        int file = turn ? session.errors : session.output;
        while (goes_on && file >= 0 && read_output(file, turn ? CHANNEL_ERRORS : CHANNEL_OUTPUT) && !is_empty(&session.outgoing))
            goes_on = send_all();
    }
    return goes_on;
}

static int finish(int how, int status, const char *reason) {
    struct buffer *out = &session.outgoing;
    size_t length = strlen(reason);
    out->bytes[FRAME_HEADER] = (unsigned char)how;
    out->bytes[FRAME_HEADER + 1] = (unsigned char)status;
    memcpy(out->bytes + FRAME_HEADER + 2, reason, length);
    write_header(out->bytes, length + 2, CHANNEL_END);
    out->begin = 0;
    out->end = FRAME_HEADER + 2 + length;
    send_all();
    return status;
}

/* A failure before the command began is told to the user. */
static void report_failure(const char *what) {
    if (getpid() == session.self && strlen(what) < LONGEST_REASON)
        finish(NOT_BEGUN, EXIT_OWN_FAILURE, what);
}

static void begin(char reason[LONGEST_REASON]) {
    struct errand errand = {.command = session.request.command,
        .environment = session.request.environment,
        .user = session.request.user,
        .folder = *session.request.folder ? session.request.folder : NULL,
        .port = session.request.port,
        .terminal = session.request.terminal,
        .rows = session.request.rows,
        .columns = session.request.columns};
    int in[2], out[2], err[2], master = -1;
    if (!errand.terminal) {
        if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
            fail("cannot make a pipe");
        errand.in = in[0];
        errand.out = out[1];
        errand.err = err[1];
    }
    session.child = run_inside(&session.entry.leader, &session.entry.leaves, &errand, &master, reason);
    session.input = errand.terminal ? master : in[1];
    session.output = errand.terminal ? master : out[0];
    session.errors = errand.terminal ? -1 : err[0];
}

static int serve(const char *reason) {
    on_failure(NULL);
    for (const int *one = (const int[]){session.input, session.output, session.errors, STDIN_FILENO, STDOUT_FILENO, -2}; *one != -2; one++)
        if (*one >= 0)
            set_non_blocking(*one);
    if (session.request.terminal) {
        /* While this is open, reading the terminal does not fail because the command has it closed. */
        int terminal = ioctl(session.output, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (terminal < 0)
            fail("cannot open the terminal");
    }
    session.ending = open_process(session.child);
    if (!relay()) {
        end_command(session.child, session.ending);
        remove_leaves(&session.entry.leaves);
        return EXIT_SIGNALLED + SIGTERM;
    }
    int status = reap(session.child);
    remove_leaves(&session.entry.leaves);
    return drain() ? finish(BEGUN, status, reason) : status;
}

int run_session(pid_t leader, uint64_t start_time) {
    static char reason[LONGEST_REASON];
    session.self = getpid();
    session.signals = open_signals();
    on_failure(report_failure);
    read_request();
    begin_entry(leader, start_time, &session.entry);
    if (session.request.port && !(session.entry.leader.namespaces & CLONE_NEWNET))
        refuse("the container has the network of its host: connect to port %d of the host", session.request.port);
    begin(reason);
    finish_entry();
    if (session.child > 0)
        return serve(reason);
    remove_leaves(&session.entry.leaves);
    return finish(NOT_BEGUN, EXIT_OWN_FAILURE, reason);
}
