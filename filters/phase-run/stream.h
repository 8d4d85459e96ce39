/*
 * One stream of the command, passed through byte for byte.
 *
 * The real descriptor is shared with others, so it is never made non-blocking:
 * a write is made where poll(2) says that there is room, and of no more than a
 * pipe takes at once.  Nothing is read before what was read is written, so a
 * reader who is slow slows the command as if it wrote to him itself; where he
 * goes away the command's pipe breaks too.
 *
 * Where the real one is a pipe, what is read is only looked at, by tee(2), and
 * moved on by splice(2): at no time is it in this process alone, which may be
 * killed.
 */
#ifndef PHASE_RUN_STREAM_H
#define PHASE_RUN_STREAM_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

enum { STREAM_ROOM = 64 * 1024, STREAM_INSERT_MAX = 1024 * 1024 };

struct stream {
    int in;  /* -1: the command's end is closed, or its reader is gone */
    int out; /* -1: nobody is there to write to */
    size_t start, end; /* what was read and is not yet written */
    struct buf insert; /* lines of ours that go between its lines */
    size_t owed;       /* what the command wrote before it ended, unwritten */
    size_t unread;     /* and of that what is unread */

    /* private */
    bool is_pipe, is_file;
    int peek[2];  /* a pipe for what tee(2) copies; -1: nothing is left in `in`
                     when it is read */
    bool fresh;   /* the next byte begins a line */
    bool redrawn; /* the line was begun anew with a '\r' */
    size_t inserted;
    bool inserting;

    char bytes[STREAM_ROOM]; /* here, so that no want of memory harms it */
};

/* Prepares S. */
void stream_open(struct stream *s, int in, int out);

/* What to wait for: at the end of the command, and at the real one. */
void stream_wants(const struct stream *s, struct pollfd *in,
                  struct pollfd *out);

/* Reads what is there; how many bytes from s->bytes + s->start on are new.
 * Closes s->in at its end. */
size_t stream_read(struct stream *s);

/* Writes what there is room for, after poll(2) has said REVENTS of s->out;
 * closes both ends where the reader is gone. */
void stream_write(struct stream *s, short revents);

/* Lets what is in s->insert go, where the command is between two lines, or
 * NOW whether it is or not.  Inserted is a newline too where the line before
 * has none. */
void stream_let_insert(struct stream *s, bool now);

/* The command has ended: what is in the pipe is what it has left. */
void stream_ended(struct stream *s);

/* Whether all that the command wrote is written, or can never be. */
bool stream_flushed(const struct stream *s);

/* Whether nothing more can come or go. */
bool stream_over(const struct stream *s);

/* Frees what S holds, but not the descriptors that it was given. */
void stream_close(struct stream *s);

#endif
