#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "front_parts.h"
#include "relay.h"

enum {
    RELAYS_MAX = 10, /* after so many have died there is no other */
    ANSWER_MS = 1000,
};

void front_start_relay(struct front *f)
{
    struct relay_start start = { .streams = &f->streams,
                                 .file = f->relays == 0 ? &f->file : NULL,
                                 .plain = f->relays > 0 };
    int ends[2];
    pid_t pid;

    f->link = -1;
    if (f->relays++ >= RELAYS_MAX || !link_open(ends))
        return;
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        close(f->signals);
        streams_close_command(&f->streams);
        start.link = ends[1];
        relay_run(&start);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return;
    }
    f->relay = pid;
    f->link = ends[0];
}

void front_tell(struct front *f, enum word word, int value)
{
    if (f->link >= 0)
        link_send(f->link, word, value);
}

/* The relay is gone.  Another one passes on what the command prints, so that it
 * does not die of it; the pipeline has ended with the first. */
static void replace_relay(struct front *f)
{
    close(f->link);
    front_start_relay(f);
    if (f->link < 0) {
        for (int i = 0; i < f->streams.count; i++)
            streams_close(&f->streams, i);
        f->done = true;
    } else if (f->ended) {
        front_tell(f, WORD_ENDED, f->status);
    }
}

int front_take_messages(struct front *f)
{
    struct message message;
    enum link_status got;
    int answer = 0;

    while ((got = link_receive(f->link, &message)) == LINK_MESSAGE) {
        if (message.word == WORD_ANSWER)
            answer = message.value;
        else if (message.word == WORD_CLOSED)
            streams_close(&f->streams, message.value);
        else if (message.word == WORD_DONE)
            f->done = true;
    }
    if (got == LINK_END && !f->done)
        replace_relay(f);
    return answer;
}

bool front_is_for_group(struct front *f, int signal)
{
    struct pollfd link = { f->link, POLLIN, 0 };
    int64_t until =
        front_later(clock_steady(&f->clock), ANSWER_MS * (CLOCK_SECOND / 1000));

    if (f->link < 0)
        return false;
    /* This takes the lock that the kernel holds while it goes through a group,
     * so afterwards each member has the signal. */
    setpgid(0, getpgrp());
    front_tell(f, WORD_ASK, signal);
    while (f->link == link.fd && clock_steady(&f->clock) < until) {
        int answer = poll(&link, 1, ANSWER_MS) > 0 ? front_take_messages(f) : 0;

        if (answer == signal || answer == -signal) /* of none before */
            return answer > 0;
    }
    return false;
}
