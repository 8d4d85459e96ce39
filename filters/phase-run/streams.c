#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/child.h"
#include "origin.h"

/* Whether both are the same pipe, terminal or socket, or share their place in
 * the same file. */
static bool is_same(int a, int b)
{
    struct stat one, other;

    if (fstat(a, &one) < 0 || fstat(b, &other) < 0 ||
        one.st_dev != other.st_dev || one.st_ino != other.st_ino)
        return false;
    return !S_ISREG(one.st_mode) ||
           syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE, a, b) == 0;
}

static bool open_stream(struct streams *s, int fd)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    s->in[s->count] = ends[0];
    s->out[s->count++] = fd;
    s->command[fd] = ends[1];
    return true;
}

void streams_undo(struct streams *s)
{
    int kept = errno;

    streams_close_command(s);
    for (int i = 0; i < s->count; i++)
        streams_close(s, i);
    s->count = 0;
    errno = kept;
}

bool streams_open(struct streams *s, const bool parses[3])
{
    *s = (struct streams){
        .in = { -1, -1 },
        .command = { CHILD_INHERIT, CHILD_INHERIT, CHILD_INHERIT },
    };
    for (int fd = STDERR_FILENO; fd >= STDOUT_FILENO; fd--) {
        if (!parses[fd] || origin.closed[fd])
            continue;
        if (s->count > 0 && is_same(STDOUT_FILENO, STDERR_FILENO)) {
            s->command[fd] = s->command[STDERR_FILENO];
        } else if (!open_stream(s, fd)) {
            streams_undo(s);
            return false;
        }
    }
    return true;
}

void streams_close_command(struct streams *s)
{
    for (int fd = 0; fd < 3; fd++)
        for (int i = fd + 1; i < 3; i++)
            if (s->command[i] == s->command[fd])
                s->command[i] = CHILD_INHERIT;
    for (int fd = 0; fd < 3; fd++) {
        if (s->command[fd] >= 0)
            close(s->command[fd]);
        s->command[fd] = CHILD_INHERIT;
    }
}

void streams_close(struct streams *s, int i)
{
    if (s->in[i] >= 0)
        close(s->in[i]);
    s->in[i] = -1;
}
