/*
 * Standard output of a filter: buffered, flushed by the record reader exactly
 * when the program is about to wait for input (see rec.h), never lost in
 * silence.
 *
 * The first write that fails is reported once through `on_loss`; from then on
 * everything is dropped, so that the filter can go on draining its input and
 * its writer never blocks or dies of us.  out_close() tells whether all of it
 * arrived.  SIGPIPE must be ignored.
 */
#ifndef BASE_OUT_H
#define BASE_OUT_H

#include <stdbool.h>
#include <stddef.h>

enum { OUT_SIZE = 64 * 1024 }; /* so many bytes are queued at the most */

struct out {
    int fd;
    int error; /* errno of the first failure, 0 while all went well */
    size_t len;
    char *bytes;
    void (*on_loss)(int errnum); /* may be NULL */
};

/* Opens O on FD; false where there is no memory.  out_close() releases it;
 * FD itself stays open. */
bool out_open(struct out *o, int fd, void (*on_loss)(int errnum));

/* Queues N bytes; writes when the buffer is full. */
void out_write(struct out *o, const char *bytes, size_t n);

/* Writes what is queued. */
void out_flush(struct out *o);

/* Flushes and frees; true where every byte of O's life was written. */
bool out_close(struct out *o);

/* Writes all N bytes to FD, through EINTR, short writes and EAGAIN (it waits);
 * false with errno set where that fails. */
bool write_all(int fd, const char *bytes, size_t n);

/* The same, but where a descriptor that is non-blocking takes nothing for MS it
 * fails with ETIMEDOUT. */
bool write_within(int fd, const char *bytes, size_t n, int ms);

#endif
