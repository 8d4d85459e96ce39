#include "ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "filters.h"
#include "origin.h"

enum { ANSWER_MAX = 8192, WAIT_MS = 5000 };

/* What comes from FD before its end, of the first ROOM bytes; how many. */
static size_t read_answer(int fd, char *bytes, size_t room)
{
    struct clock real = { .set = false };
    const int64_t ms = CLOCK_SECOND / 1000;
    int64_t until = clock_steady(&real) + WAIT_MS * ms, left;
    size_t len = 0;

    while (len < room && (left = until - clock_steady(&real)) > 0) {
        struct pollfd input = { .fd = fd, .events = POLLIN };
        ssize_t n;

        if (poll(&input, 1, (int)(left / ms) + 1) <= 0)
            continue; /* it was a signal, or the time is over */
        n = read(fd, bytes + len, room - len);
        if (n == 0 || (n < 0 && errno != EINTR))
            return n == 0 ? len : 0;
        if (n > 0)
            len += (size_t)n;
    }
    return 0;
}

/* The field of a line that any-progress --list prints: name, mover, versions,
 * stream, file. */
static const char *find_stream(const char *line, size_t len)
{
    static const char *const streams[] = { "stderr", "stdout", "both" };
    const char *at = line, *end = line + len, *tab;

    for (int i = 0; i < 3 && at != NULL; i++) {
        at = memchr(at, '\t', (size_t)(end - at));
        at = at != NULL ? at + 1 : NULL;
    }
    tab = at != NULL ? memchr(at, '\t', (size_t)(end - at)) : NULL;
    if (tab == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        if (strlen(streams[i]) == (size_t)(tab - at) &&
            memcmp(streams[i], at, (size_t)(tab - at)) == 0)
            return streams[i];
    return NULL;
}

const char *ask_stream(const char *adapter)
{
    char path[PATH_MAX], answer[ANSWER_MAX] = "";
    const char *argv[] = { filters_find("any-progress", path), "--list", "--",
                           adapter, NULL };
    struct child_start start = { .argv = argv,
                                 .fds = { CHILD_NULL, -1, CHILD_NULL },
                                 .prepare = origin_signals };
    int ends[2];
    size_t len = 0;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return NULL;
    start.fds[1] = ends[1];
    pid = child_start(&start);
    close(ends[1]);
    if (pid > 0)
        len = read_answer(ends[0], answer, sizeof answer);
    close(ends[0]);
    if (pid > 0) {
        kill(pid, SIGKILL); /* it has ended, or is too late */
        (void)child_wait(pid);
    }
    return find_stream(answer, len);
}
