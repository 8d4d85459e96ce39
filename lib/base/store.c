#include "base/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

enum { STEP_MS = 20, TRIES_MAX = 100 };

/* Whether PATH is what FD has open: the one who had the lock before may have
 * taken it away when we had it open already. */
static bool is_there(int fd, const char *path)
{
    struct stat ours, there;

    return fstat(fd, &ours) == 0 && lstat(path, &there) == 0 &&
           ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

static void close_quietly(int fd)
{
    int kept = errno;

    close(fd);
    errno = kept;
}

/* A descriptor that has the lock; -1 with errno set. */
static int try_lock(const char *path)
{
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
            close_quietly(fd);
            return -1;
        }
        if (is_there(fd, path))
            return fd;
        close(fd);
    }
    errno = EWOULDBLOCK;
    return -1;
}

/* The waiting is counted in sleeps, so it ends whatever the clock does. */
static int wait_lock(const char *path, int wait_ms)
{
    static const struct timespec step = { .tv_nsec = STEP_MS * 1000000L };
    int fd = try_lock(path);

    for (; fd < 0 && errno == EWOULDBLOCK && wait_ms > 0; wait_ms -= STEP_MS) {
        (void)nanosleep(&step, NULL);
        fd = try_lock(path);
    }
    return fd;
}

static void forget(struct store *s)
{
    int kept = errno;

    free(s->path);
    free(s->lock_path);
    free(s->aside);
    *s = (struct store){ .lock = -1 };
    errno = kept;
}

bool store_open(struct store *s, const char *path, int wait_ms)
{
    *s = (struct store){ .lock = -1 };
    if (strcmp(path, "-") == 0) {
        errno = EINVAL;
        return false;
    }
    s->path = file_target(path);
    if (s->path == NULL || !file_replaceable(s->path))
        goto failed;
    if (asprintf(&s->lock_path, "%s.lock", s->path) < 0) {
        s->lock_path = NULL; /* asprintf() leaves it undefined */
        errno = ENOMEM;
        goto failed;
    }
    s->lock = wait_lock(s->lock_path, wait_ms);
    if (s->lock >= 0)
        return true;
failed:
    forget(s);
    return false;
}

bool store_write(const struct store *s, const char *bytes, size_t len,
                 bool sync)
{
    return sync ? file_replace(s->path, bytes, len)
                : file_replace_soon(s->path, bytes, len);
}

/* The Nth name for a damaged file; NULL with errno ENOMEM. */
static char *aside_name(const struct store *s, int n)
{
    char *name = NULL;
    int len = n == 1 ? asprintf(&name, "%s.damaged", s->path)
                     : asprintf(&name, "%s.damaged-%d", s->path, n);

    if (len >= 0)
        return name;
    errno = ENOMEM;
    return NULL;
}

const char *store_set_aside(struct store *s)
{
    struct stat there;

    for (int n = 1;; n++) {
        char *name = aside_name(s, n);

        free(s->aside);
        s->aside = name;
        if (name == NULL)
            return NULL;
        /* nobody else takes a name between the two calls: we have the lock */
        if (n < STORE_ASIDE_MAX && lstat(name, &there) == 0)
            continue; /* of the last name nobody asks */
        return rename(s->path, name) == 0 ? name : NULL;
    }
}

void store_close(struct store *s)
{
    if (s->lock >= 0) {
        (void)unlink(s->lock_path);
        close(s->lock);
    }
    forget(s);
}
