/*
 * The front's own state, and how it gets on with the relay.
 */
#ifndef PHASE_RUN_FRONT_PARTS_H
#define PHASE_RUN_FRONT_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "link.h"
#include "progress_file.h"
#include "streams.h"

struct front {
    struct clock clock;
    struct streams streams;
    char *path;                /* of the progress file, absolute; or NULL */
    struct progress_file file; /* what is watched, before the command writes */
    int signals;               /* a signalfd */
    int link;                  /* to the relay; -1: there is none */
    int relays;                /* how many there were */
    pid_t relay, command;
    int status; /* of the command, as wait(2) gives it */
    bool ended, done;
    bool hurried;       /* a signal came after that */
    int64_t kill_at;    /* the command, or never */
    int64_t give_up_at; /* the waiting for the relay, or never */
};

/* NS after NOW, or never. */
static inline int64_t front_later(int64_t now, int64_t ns)
{
    int64_t at;

    return __builtin_add_overflow(now, ns, &at) ? INT64_MAX : at;
}

/* Starts the relay; f->link stays -1 where that cannot be.  One that follows
 * another only passes on. */
void front_start_relay(struct front *f);

/* Tells the relay, if there is one. */
void front_tell(struct front *f, enum word word, int value);

/* Takes what the relay says; the latest answer among it, or 0. */
int front_take_messages(struct front *f);

/* Whether SIGNAL was sent to our whole group, as far as the relay can say. */
bool front_is_for_group(struct front *f, int signal);

#endif
