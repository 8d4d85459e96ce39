/*
 * Secrets: bytes that leave no trace.
 *
 * A token or a private key lives in a buf that is given up by secret_free(),
 * which zeroes it first.  Such a buf must have all its room from the start
 * (secret_reserve(), secret_room()): a buffer that grows leaves its old bytes
 * in freed memory.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>

#include "base/buf.h"

/* Keeps this process's memory from core files and from other processes of the
 * same user (RLIMIT_CORE 0, PR_SET_DUMPABLE 0).  False with errno set. */
bool secret_process(void);

/* Gives B all of its ceiling at once; false with errno set where there is no
 * memory. */
bool secret_reserve(struct buf *b);

/* Gives B room for N bytes in all, for who will add no more than that.  False
 * with errno set, EFBIG where N is above the ceiling. */
bool secret_room(struct buf *b, size_t n);

/* Puts all of the file PATH ("-" is one of that name) in the place of what B
 * holds.  False with errno set, EFBIG where B's ceiling is passed, and then B
 * is empty. */
bool secret_read(const char *path, struct buf *b);

/* Zeroes what B holds and empties it; keeps the memory. */
void secret_clear(struct buf *b);

/* Zeroes B's bytes, all its room, and frees them. */
void secret_free(struct buf *b);

#endif
