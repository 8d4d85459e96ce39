#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/out.h"

enum {
    READ_SIZE = 16 * 1024,
    LINKS_MAX = 40,
    TRIES_MAX = 100,
    FULL_MS = 1000, /* that a FIFO may be full */
};

static bool read_all(int fd, struct buf *b)
{
    for (;;) {
        size_t room = b->ceiling - b->len;
        char beyond;
        ssize_t n;

        if (room > 0 && !buf_reserve(b, room < READ_SIZE ? room : READ_SIZE)) {
            errno = ENOMEM;
            return false;
        }
        n = room > 0 ? read(fd, b->bytes + b->len, b->room - b->len)
                     : read(fd, &beyond, 1); /* full: it must end here */
        if (n == 0)
            return true;
        if (n > 0 && room == 0) {
            errno = EFBIG;
            return false;
        }
        if (n > 0) {
            b->len += (size_t)n;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            /* a descriptor that somebody else made non-blocking */
            (void)poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
}

bool file_read(const char *path, struct buf *b)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    bool good;
    int kept;

    if (fd < 0)
        return false;
    good = read_all(fd, b);
    kept = errno;
    if (!is_stdin)
        close(fd);
    errno = kept;
    return good;
}

/* Where a file is replaced: its directory, open, and two names in it. */
struct place {
    int dir;
    char name[NAME_MAX + 1];
    char beside[NAME_MAX + 1]; /* the new file until it takes the name */
    bool exists;
    struct stat old; /* where it exists */
    bool sync;       /* the disk is waited for */
};

/* How much of PATH is its directory, the last slash included. */
static int dir_length(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? (int)(slash - path) + 1 : 0;
}

/* (realpath() would not tell where a dangling link leads.) */
char *file_target(const char *path)
{
    char *at = strdup(path);

    for (int links = 0; at != NULL && links < LINKS_MAX; links++) {
        char link[PATH_MAX];
        ssize_t len = readlink(at, link, sizeof link);
        char *next = NULL;

        if (len < 0)
            return at; /* no link, or not there: who opens it will see */
        if (asprintf(&next, "%.*s%.*s", link[0] == '/' ? 0 : dir_length(at), at,
                     (int)len, link) < 0)
            next = NULL;
        free(at);
        at = next;
    }
    if (at != NULL)
        errno = ELOOP;
    free(at);
    return NULL;
}

static bool is_regular(const struct stat *file)
{
    if (!S_ISREG(file->st_mode))
        errno = S_ISDIR(file->st_mode) ? EISDIR : EINVAL;
    return S_ISREG(file->st_mode);
}

bool file_is_open(const char *path, int fd)
{
    struct stat file, open_file;

    return stat(path, &file) == 0 && fstat(fd, &open_file) == 0 &&
           file.st_dev == open_file.st_dev && file.st_ino == open_file.st_ino;
}

bool file_replaceable(const char *path)
{
    struct stat file;

    return stat(path, &file) < 0 || is_regular(&file);
}

/* Opens the directory of PATH and looks at what is to be replaced. */
static bool place_open(struct place *p, const char *path)
{
    char *target = NULL, *dir = NULL;
    int len;

    *p = (struct place){ .dir = -1 };
    p->exists = stat(path, &p->old) == 0;
    if (p->exists ? !is_regular(&p->old) : errno != ENOENT)
        return false;
    target = file_target(path);
    len = target != NULL ? dir_length(target) : 0;
    if (target != NULL)
        dir = len > 0 ? strndup(target, (size_t)len) : strdup(".");
    if (dir != NULL)
        p->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->dir >= 0 && (size_t)snprintf(p->name, sizeof p->name, "%s",
                                        target + len) >= sizeof p->name) {
        close(p->dir);
        p->dir = -1;
        errno = ENAMETOOLONG;
    }
    free(dir);
    free(target);
    return p->dir >= 0;
}

/* Creates the file beside: hidden, and by a name that nobody else has. */
static int create_beside(struct place *p)
{
    mode_t mode = p->exists ? p->old.st_mode & 0777 : 0666;
    int fd = -1;

    for (int tries = 0; fd < 0 && tries < TRIES_MAX; tries++) {
        uint32_t random;

        if (getentropy(&random, sizeof random) < 0)
            return -1;
        snprintf(p->beside, sizeof p->beside, ".%.200s.%08x", p->name, random);
        fd = openat(p->dir, p->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                    mode);
        if (fd < 0 && errno != EEXIST)
            return -1;
    }
    return fd;
}

/* Gives FD owner, group and permission bits of the file that it replaces. */
static bool keep_attributes(const struct place *p, int fd)
{
    struct stat now;

    if (!p->exists)
        return true;
    if (fstat(fd, &now) < 0)
        return false;
    /* another's file in our directory becomes ours where we may not give */
    if (now.st_gid != p->old.st_gid)
        (void)!fchown(fd, (uid_t)-1, p->old.st_gid);
    if (now.st_uid != p->old.st_uid)
        (void)!fchown(fd, p->old.st_uid, (gid_t)-1);
    return ((now.st_mode ^ p->old.st_mode) & 0777) == 0 ||
           fchmod(fd, p->old.st_mode & 0777) == 0;
}

static bool write_beside(struct place *p, const char *bytes, size_t len)
{
    int fd = create_beside(p);
    bool good;
    int kept;

    if (fd < 0)
        return false;
    good = keep_attributes(p, fd) && write_all(fd, bytes, len) &&
           (!p->sync || fsync(fd) == 0);
    kept = errno;
    if (close(fd) < 0 && good) { /* some network file systems tell it here */
        kept = errno;
        good = false;
    }
    if (!good)
        unlinkat(p->dir, p->beside, 0);
    errno = kept;
    return good;
}

static bool take_place(struct place *p)
{
    int kept;

    if (renameat(p->dir, p->beside, p->dir, p->name) == 0)
        /* some file systems have no fsync for directories: nothing to do */
        return !p->sync || fsync(p->dir) == 0 || errno == EINVAL ||
               errno == ENOTSUP;
    kept = errno;
    unlinkat(p->dir, p->beside, 0);
    errno = kept;
    return false;
}

static bool replace(const char *path, const char *bytes, size_t len, bool sync)
{
    struct place p;
    bool good;
    int kept;

    if (!place_open(&p, path))
        return false;
    p.sync = sync;
    good = write_beside(&p, bytes, len) && take_place(&p);
    kept = errno;
    close(p.dir);
    errno = kept;
    return good;
}

bool file_replace(const char *path, const char *bytes, size_t len)
{
    return replace(path, bytes, len, true);
}

bool file_replace_soon(const char *path, const char *bytes, size_t len)
{
    return replace(path, bytes, len, false);
}

bool file_write(const char *path, const char *bytes, size_t len)
{
    int fd = open(
        path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
        0666);
    bool good = fd >= 0 && write_within(fd, bytes, len, FULL_MS);
    int kept = errno;

    if (fd >= 0 && close(fd) < 0 && good) {
        kept = errno;
        good = false;
    }
    errno = kept;
    return good;
}
