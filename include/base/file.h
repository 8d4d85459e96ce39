/*
 * Whole files: read under a ceiling, replaced so that nobody sees half.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends all of PATH ("-": standard input) to B.  False with errno set; EFBIG
 * where B's ceiling is passed. */
bool file_read(const char *path, struct buf *b);

/* Puts LEN bytes in the place of PATH: a new file in the same directory,
 * fsync, rename, fsync of the directory.  A symbolic link is followed, so the
 * link stays and its target is replaced; mode and, where we may, owner of an
 * existing file are kept; a new one is 0666 less the umask.  Something that is
 * no regular file is refused with EINVAL.  False with errno set, and then PATH
 * is what it was and nothing is left beside it. */
bool file_replace(const char *path, const char *bytes, size_t len);

#endif
