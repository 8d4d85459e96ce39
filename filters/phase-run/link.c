#include "link.h"

#include <errno.h>
#include <sys/socket.h>

bool link_open(int ends[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0;
}

bool link_send(int end, enum word word, int value)
{
    const struct message message = { word, value };
    ssize_t n;

    do
        n = send(end, &message, sizeof message, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
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
    return n < 0 && errno == EAGAIN ? LINK_NOTHING : LINK_END;
}
