/*
 * For the tests of files: a directory of the test's own, which is the working
 * directory, and a few words to say what is in it.
 */
#ifndef UNIT_SCRATCH_H
#define UNIT_SCRATCH_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "unit.h"

static char scratch[] = "/tmp/phasepipe-unit-XXXXXX";

/* Setup and teardown of the group. */
static inline int scratch_open(void **state)
{
    (void)state;
    return mkdtemp(scratch) != NULL && chdir(scratch) == 0 ? 0 : -1;
}

static inline int scratch_close(void **state)
{
    (void)state;
    return chdir("/") == 0 ? rmdir(scratch) : -1;
}

static inline int scratch_remove(const char *path, const struct stat *info,
                                 int type, struct FTW *where)
{
    (void)info;
    (void)type;
    return where->level > 0 ? remove(path) : 0;
}

static inline int lowest_descriptor(void)
{
    int fd = dup(STDIN_FILENO);

    close(fd);
    return fd;
}

/* Setup and teardown of a test: the directory is empty, the umask 022, and no
 * descriptor is left open. */
static inline int scratch_before(void **state)
{
    static int lowest;

    lowest = lowest_descriptor();
    *state = &lowest;
    umask(022);
    return 0;
}

static inline int scratch_after(void **state)
{
    const int *lowest = *state;

    if (lowest_descriptor() != *lowest)
        return -1;
    return nftw(".", scratch_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void put(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static inline void assert_holds(const char *path, const char *text)
{
    struct buf b = BUF_INIT(4096);

    assert_true(file_read(path, &b));
    assert_int_equal(b.len, strlen(text));
    if (b.len > 0)
        assert_memory_equal(b.bytes, text, b.len);
    buf_free(&b);
}

static inline void assert_mode(const char *path, mode_t mode)
{
    struct stat info;

    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, mode);
}

static inline int count_names(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n - 2; /* "." and ".." */
}

static inline bool replace(const char *path, const char *text)
{
    return file_replace(path, text, strlen(text));
}

static inline void assert_refused(const char *path, int error)
{
    errno = 0;
    assert_false(replace(path, "new\n"));
    assert_int_equal(errno, error);
}

#endif
