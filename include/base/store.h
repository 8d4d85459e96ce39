/*
 * A small file of state that several processes may keep: locked, read whole,
 * replaced whole (see file.h), and set aside where it turns out damaged.
 *
 * The lock is a flock(2) on FILE.lock beside the file, since the file itself
 * becomes another one each time it is replaced.  Who gives the lock back takes
 * FILE.lock away; who died leaves it, and the next takes it over.  A symbolic
 * link is followed first, so FILE is the same by all its names.
 *
 * Every version of the file is whole, so file_read() reads it with the lock or
 * without, also in a directory that is read-only, where there is no store.
 */
#ifndef BASE_STORE_H
#define BASE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { STORE_ASIDE_MAX = 9 }; /* so many damaged files are kept */

struct store {
    char *path; /* where the given one leads to */

    /* private */
    char *lock_path;
    int lock;    /* descriptor */
    char *aside; /* the name of the file that was set aside */
};

/* Locks PATH, whether it exists or not, waiting at most WAIT_MS for another
 * who has it.  False with errno set, and then S holds nothing: EWOULDBLOCK
 * where the other still has it, EISDIR or EINVAL where PATH is no regular file
 * (or is "-"). */
bool store_open(struct store *s, const char *path, int wait_ms);

/* Puts LEN bytes in the file's place; false as file_replace(), or without SYNC
 * as file_replace_soon(). */
bool store_write(const struct store *s, const char *bytes, size_t len,
                 bool sync);

/* Renames the file to FILE.damaged, or where that is taken to FILE.damaged-2
 * and so on; FILE.damaged-9 is overwritten, so that whatever damages the file
 * again and again does not fill the disk.  The new name, S's own; NULL with
 * errno set, and then the file is where it was. */
const char *store_set_aside(struct store *s);

/* Gives the lock back. */
void store_close(struct store *s);

#endif
