/*
 * Whole files: read under a ceiling, replaced so that nobody sees half.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends all of PATH ("-": standard input) to B.  False with errno set, EFBIG
 * where B's ceiling is passed; B then holds what came before. */
bool file_read(const char *path, struct buf *b);

/* Puts LEN bytes in the place of PATH: a new file in the same directory,
 * fsync, rename, fsync of the directory.  A symbolic link is followed, also
 * one that leads to nothing yet, so the link stays.  The permission bits and,
 * where we may, owner and group of an existing file are kept; a new one is
 * 0666 less the umask.  A directory is refused with EISDIR, anything else that
 * is no regular file with EINVAL.
 *
 * False with errno set, and then nothing is left beside PATH, and PATH is what
 * it was; but where the very last step failed, the fsync of the directory,
 * PATH is new and only a crash of the machine may bring the old one back. */
bool file_replace(const char *path, const char *bytes, size_t len);

/* The same without fsync, which may take longer than all else.  Other processes
 * see no difference, also when we are killed; a crash of the machine soon
 * after may bring the old one back, or on some file systems an empty one. */
bool file_replace_soon(const char *path, const char *bytes, size_t len);

/* Puts LEN bytes into PATH where it stands, which is made where there is none:
 * for what must not be replaced, such as a mount of its own, or cannot be, such
 * as a FIFO.  It waits for nobody: a FIFO without a reader is ENXIO, and one
 * that is full and that nobody empties for a second is ETIMEDOUT.  False with
 * errno set, and then a part of it may be there. */
bool file_write(const char *path, const char *bytes, size_t len);

/* Where PATH leads when it is a symbolic link, or the link that it leads to is
 * one: the file that file_replace() puts there, which need not exist.  The
 * caller frees it; NULL with errno set. */
char *file_target(const char *path);

/* Whether PATH leads to what the descriptor FD is, as /dev/stdout does: by that
 * name a log is replaced into which others write. */
bool file_is_open(const char *path, int fd);

/* False with errno set, as above, where PATH is something that file_replace()
 * refuses.  A PATH that is not there, or cannot be looked at, is not refused:
 * it may come. */
bool file_replaceable(const char *path);

#endif
