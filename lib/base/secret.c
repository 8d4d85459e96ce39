#include "base/secret.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/file.h"

enum { GROWS = 4096 }; /* how much a file may become longer while it is read */

bool secret_process(void)
{
    const struct rlimit none = { 0, 0 };

    /* the second also where core files go to a program, which the limit does
     * not stop */
    return setrlimit(RLIMIT_CORE, &none) == 0 &&
           prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

static void zero(char *bytes, size_t n)
{
    if (n > 0)
        explicit_bzero(bytes, n);
}

bool secret_room(struct buf *b, size_t n)
{
    char *bytes;

    if (n <= b->room)
        return true;
    bytes = n <= b->ceiling ? malloc(n) : NULL;
    if (bytes == NULL) {
        b->failed = true;
        errno = n <= b->ceiling ? ENOMEM : EFBIG;
        return false;
    }
    if (b->len > 0)
        memcpy(bytes, b->bytes, b->len);
    zero(b->bytes, b->room); /* which realloc() would not do */
    free(b->bytes);
    b->bytes = bytes;
    b->room = n;
    return true;
}

bool secret_reserve(struct buf *b)
{
    return secret_room(b, b->ceiling);
}

/* Reads PATH into what room B then has, N bytes at least. */
static bool read_within(const char *path, struct buf *b, size_t n)
{
    size_t ceiling = b->ceiling;
    bool good;

    secret_clear(b);
    good = secret_room(b, n);
    if (good) {
        b->ceiling = b->room; /* it is not to grow */
        good = file_read(strcmp(path, "-") != 0 ? path : "./-", b);
        b->ceiling = ceiling;
    }
    if (!good) {
        int kept = errno;

        secret_clear(b);
        errno = kept;
    }
    return good;
}

bool secret_read(const char *path, struct buf *b)
{
    size_t n = b->ceiling;
    struct stat file;

    if (stat(path, &file) == 0 && S_ISREG(file.st_mode) &&
        (uintmax_t)file.st_size + GROWS < n)
        n = (size_t)file.st_size + GROWS;
    if (read_within(path, b, n))
        return true;
    return errno == EFBIG && n < b->ceiling && read_within(path, b, b->ceiling);
}

void secret_clear(struct buf *b)
{
    zero(b->bytes, b->len);
    buf_clear(b);
}

void secret_free(struct buf *b)
{
    zero(b->bytes, b->room);
    buf_free(b);
}
