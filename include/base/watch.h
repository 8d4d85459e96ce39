/*
 * Whether a file has been written to, or another has taken its place.
 */
#ifndef BASE_WATCH_H
#define BASE_WATCH_H

#include <stdbool.h>
#include <sys/stat.h>

struct watch {
    bool seen;       /* private, as is the rest */
    struct stat was; /* as it was looked at last */
};

/* True at the first call, and whenever PATH is not what it was at the call
 * before: by device, inode, size and the times of change, which costs one
 * system call.  True also where PATH cannot be looked at: who reads it will
 * see why, and it may come back.
 *
 * Call it before PATH is read, so that a change while it is read is seen by
 * the next call.  For a text of which only half was there yet, set the watch to
 * { 0 }: two writes may fall into one tick of the file system's clock. */
bool watch_changed(struct watch *w, const char *path);

#endif
