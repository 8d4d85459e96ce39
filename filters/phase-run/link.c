#include "link.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

bool link_open(int ends[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0;
}

enum { TRIES = 100, PAUSE_MS = 10 };

static bool lacks_memory(void)
{
    return errno == ENOBUFS || errno == ENOMEM;
}

/* Whether the kernel may do the same later: who is never told of the end waits
 * for ever. */
static bool may_come(int *tries)
{
    if (errno == EINTR)
        return true;
    if (!lacks_memory() || ++*tries > TRIES)
        return false;
    (void)poll(NULL, 0, PAUSE_MS);
    return true;
}

bool link_send(int end, enum word word, int value)
{
    const struct message message = { word, value };
    int tries = 0;
    ssize_t n;

    do
        n = send(end, &message, sizeof message, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && may_come(&tries));
    return n == (ssize_t)sizeof message;
}

enum link_status link_receive(int end, struct message *message)
{
    ssize_t n;

    do
        n = recv(end, message, sizeof *message, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n == (ssize_t)sizeof *message)
        return LINK_MESSAGE;
    if (n >= 0 || (errno != EAGAIN && !lacks_memory()))
        return LINK_END;
    /* who took a want of memory for the end would end the command */
    if (errno != EAGAIN)
        (void)poll(NULL, 0, PAUSE_MS);
    return LINK_NOTHING;
}
