/*
 * The streams of the command that are read: each is a pipe between the command
 * and the place where it would write to itself.
 */
#ifndef PHASE_RUN_STREAMS_H
#define PHASE_RUN_STREAMS_H

#include <stdbool.h>

enum { STREAMS_MAX = 2 };

struct streams {
    int count;
    int in[STREAMS_MAX];  /* where we read; -1: closed */
    int out[STREAMS_MAX]; /* the descriptor of ours that it passes on to */
    int command[3];       /* what the command gets, as child_start takes it */
};

/* Makes the pipes.  A descriptor that is closed is not read, since the command
 * shall find it closed.  Where both streams lead to the same place (2>&1) one
 * pipe serves both, which keeps their order.  False with errno set, and then
 * the command gets what we have. */
bool streams_open(struct streams *s, const bool parses[3]);

/* Closes all, so that the command gets what we have; errno is kept. */
void streams_undo(struct streams *s);

/* Closes the ends that the command has. */
void streams_close_command(struct streams *s);

/* Closes our end of stream I. */
void streams_close(struct streams *s, int i);

#endif
