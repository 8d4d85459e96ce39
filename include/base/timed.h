/*
 * Recordings: bytes with the times at which they came.
 *
 * A text file, one line for each read: seconds since the start with four
 * decimals, a tab, the bytes in base64 (RFC 4648).  The bytes of all lines
 * together are what was read.  A last line without its newline was cut off, as
 * by a kill or a full disk.
 */
#ifndef BASE_TIMED_H
#define BASE_TIMED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/rec.h"

struct timed_writer {
    int fd;
    int error; /* errno of the first write that failed, or 0 */
    struct clock *clock;
    int64_t start;
    struct buf line;
};

/* Creates, or empties, the file PATH (mode 0666 less the umask).  CLOCK is
 * borrowed.  False with errno set. */
bool timed_create(struct timed_writer *w, const char *path,
                  struct clock *clock);

/* Adds what came now; after a failure nothing more. */
void timed_add(struct timed_writer *w, const char *bytes, size_t n);

/* False with errno set where not everything was written. */
bool timed_finish(struct timed_writer *w);

struct timed_reader {
    struct rec lines;
    struct clock *clock;
    int64_t start, speed;
    int64_t came;     /* when the chunk did, ns after the start */
    uint64_t line;    /* of the file, from 1 on */
    bool bad;         /* that line is none of a recording */
    bool cut_off;     /* the last line has no newline; it was passed over */
    struct buf chunk; /* decoded, from `given` on not yet handed out */
    size_t given;
};

/* Plays the open file FD, SPEED times as fast as it was recorded; 0: without
 * waiting.  CLOCK is borrowed.  False where there is no memory. */
bool timed_open(struct timed_reader *r, int fd, int64_t speed,
                struct clock *clock);

/* Waits until the next bytes are due and puts at most N of them at BYTES, as
 * read(2) would; the shape of rec.h's `read`.  0 at the end; -1 with errno
 * set, EBADMSG where the file is no recording: then `bad` is true, and `line`
 * says where. */
ssize_t timed_read(void *reader, char *bytes, size_t n);

void timed_close(struct timed_reader *r);

#endif
