/*
 * What the two processes of phase-run tell each other.
 *
 * The front is what the world sees: the process that was started, the parent
 * of the command.  The relay is what the command sees: it reads what the
 * command prints.  Each message is one packet.
 */
#ifndef PHASE_RUN_LINK_H
#define PHASE_RUN_LINK_H

#include <stdbool.h>

enum word {
    /* by the front */
    WORD_STARTED, /* the command runs; its pid */
    WORD_TERM,    /* a SIGTERM was passed on */
    WORD_ASK,     /* was this signal sent to the whole process group? */
    WORD_STOPPED, /* the command is stopped, and so is the front soon */
    WORD_RESUMED, /* the front is not any more */
    WORD_ENDED,   /* the command has ended; its wait status */
    WORD_HURRY,   /* a signal came that wants the end: nothing without limit */
    WORD_NOW,     /* and another */
    /* by the relay */
    WORD_ANSWER, /* 1 or 0 */
    WORD_CLOSED, /* this stream has no reader any more */
    WORD_DONE,   /* all was passed through, and the pipeline has ended */
};

struct message {
    enum word word;
    int value;
};

/* Two ends of a link; false with errno set. */
bool link_open(int ends[2]);

/* False where nobody is there, or does not listen. */
bool link_send(int end, enum word word, int value);

enum link_status { LINK_MESSAGE, LINK_NOTHING, LINK_END };

/* The next message, if one is there. */
enum link_status link_receive(int end, struct message *message);

#endif
