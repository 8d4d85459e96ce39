/* Recordings: what is no recording is refused, the rest is played alike in
 * pieces of any length, and what was recorded is what is played. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/timed.h"
#include "fuzz.h"

enum { PLAYED_MAX = 4 * 1024 * 1024 };

/* Plays the file FD from its beginning; false where it is none. */
static bool play(int fd, size_t piece, struct buf *b)
{
    struct clock clock = { 0 };
    char *bytes = malloc(piece);
    struct timed_reader r;
    ssize_t n;

    MUST(bytes != NULL && lseek(fd, 0, SEEK_SET) == 0);
    MUST(timed_open(&r, fd, 0, &clock));
    while ((n = timed_read(&r, bytes, piece)) > 0)
        buf_add(b, bytes, (size_t)n);
    MUST(n == 0 || errno == EBADMSG);
    timed_close(&r);
    free(bytes);
    return n == 0;
}

/* Records what B holds, in two parts, and plays it again. */
static void check_again(const struct buf *b, size_t part)
{
    struct buf back = BUF_INIT(PLAYED_MAX);
    struct clock clock = { .set = true, .step = 12345678 };
    struct timed_writer w;
    char path[64];
    int fd = memfd_create("recording", MFD_CLOEXEC);

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    MUST(fd >= 0 && timed_create(&w, path, &clock));
    part = part < b->len ? part : b->len;
    timed_add(&w, b->bytes, part);
    timed_add(&w, b->bytes + part, b->len - part);
    MUST(timed_finish(&w) && play(fd, 4096, &back));
    must_be_same(b, &back);
    close(fd);
    buf_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct buf whole = BUF_INIT(PLAYED_MAX), parts = BUF_INIT(PLAYED_MAX);
    struct input in = input_of(bytes, len);
    unsigned how = input_byte(&in);
    int fd = memfd_create("input", MFD_CLOEXEC);
    bool good;

    MUST(fd >= 0 && write(fd, in.at, in.left) == (ssize_t)in.left);
    good = play(fd, 1 << 20, &whole);
    MUST(play(fd, 1 + how, &parts) == good);
    must_be_same(&whole, &parts);
    if (whole.len > 0)
        check_again(&whole, how * 7);
    close(fd);
    buf_free(&whole);
    buf_free(&parts);
    return 0;
}
