#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/out.h"

enum { READ_SIZE = 16 * 1024 };

static bool read_all(int fd, struct buf *b)
{
    for (;;) {
        ssize_t n;

        if (b->len == b->ceiling) { /* full: it must end here */
            char more;

            n = read(fd, &more, 1);
            if (n > 0)
                errno = EFBIG;
            if (n == 0)
                return true;
        } else {
            size_t room = b->ceiling - b->len;

            if (!buf_reserve(b, room < READ_SIZE ? room : READ_SIZE)) {
                errno = ENOMEM;
                return false;
            }
            n = read(fd, b->bytes + b->len, b->room - b->len);
            if (n == 0)
                return true;
            if (n > 0)
                b->len += (size_t)n;
            if (n > 0)
                continue;
        }
        if (n > 0 || errno != EINTR)
            return false;
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

/* Where the bytes go: the target of PATH, links followed; malloc'd. */
static char *resolve(const char *path)
{
    char *real = realpath(path, NULL);

    /* a name that is not there yet is created in its directory */
    return real != NULL || errno != ENOENT ? real : strdup(path);
}

/* "DIR/.NAME.XXXXXX" for PATH, as mkstemp() wants it; malloc'd. */
static char *temporary_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    int dir = slash != NULL ? (int)(slash - path) + 1 : 0;
    char *name;

    if (asprintf(&name, "%.*s.%s.XXXXXX", dir, path, path + dir) < 0)
        return NULL;
    return name;
}

static bool sync_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dir = slash == NULL   ? strdup(".")
                : slash == path ? strdup("/")
                                : strndup(path, (size_t)(slash - path));
    int fd = dir != NULL ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    /* some file systems have no fsync for directories: nothing more to do */
    bool good = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
    int kept = errno;

    if (fd >= 0)
        close(fd);
    free(dir);
    errno = kept;
    return good;
}

/* The mode of a new file, or mode and owner of the one that is replaced. */
static bool copy_attributes(const char *path, int fd)
{
    struct stat old;
    mode_t mask;

    if (stat(path, &old) == 0) {
        if (!S_ISREG(old.st_mode)) {
            errno = EINVAL;
            return false;
        }
        /* another's file in our directory becomes ours; the mode stays */
        if (fchown(fd, old.st_uid, old.st_gid) < 0 && errno != EPERM)
            return false;
        return fchmod(fd, old.st_mode & 07777) == 0;
    }
    if (errno != ENOENT)
        return false;
    mask = umask(0);
    umask(mask);
    return fchmod(fd, 0666 & ~mask) == 0;
}

bool file_replace(const char *path, const char *bytes, size_t len)
{
    char *target = resolve(path);
    char *temporary = target != NULL ? temporary_name(target) : NULL;
    int fd = temporary != NULL ? mkostemp(temporary, O_CLOEXEC) : -1;
    bool good = fd >= 0 && copy_attributes(target, fd) &&
                write_all(fd, bytes, len) && fsync(fd) == 0;
    int kept = errno;

    if (fd >= 0 && close(fd) < 0 && good) {
        kept = errno;
        good = false;
    }
    if (good && rename(temporary, target) < 0) {
        kept = errno;
        good = false;
    }
    if (!good && fd >= 0)
        unlink(temporary);
    if (good && !sync_directory(target)) {
        kept = errno;
        good = false;
    }
    free(temporary);
    free(target);
    errno = kept;
    return good;
}
