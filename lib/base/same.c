#include "base/same.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

static bool is_one(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether both are in the same directory; they may be changed. */
static bool is_same_directory(char *a, char *b)
{
    struct stat one, other;
    char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');

    if (slash_a != NULL)
        slash_a[1] = '\0';
    if (slash_b != NULL)
        slash_b[1] = '\0';
    return stat(slash_a != NULL ? a : ".", &one) == 0 &&
           stat(slash_b != NULL ? b : ".", &other) == 0 && is_one(&one, &other);
}

static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* The same for two that do not exist. */
static bool would_be_same(const char *a, const char *b)
{
    char *one = file_target(a), *other = file_target(b);
    bool same = one != NULL && other != NULL &&
                strcmp(name_in(one), name_in(other)) == 0 &&
                is_same_directory(one, other);

    free(one);
    free(other);
    return same;
}

bool same_file(const char *a, const char *b)
{
    struct stat one, other;
    bool has_one = stat(a, &one) == 0, has_other = stat(b, &other) == 0;

    if (has_one && has_other)
        return S_ISREG(one.st_mode) && is_one(&one, &other);
    return !has_one && !has_other && would_be_same(a, b);
}

bool same_open(const char *path, int fd)
{
    struct stat named, open;

    return stat(path, &named) == 0 && fstat(fd, &open) == 0 &&
           S_ISREG(named.st_mode) && is_one(&named, &open);
}

static bool is_file(const struct same *one)
{
    return one->path != NULL && strcmp(one->path, "-") != 0;
}

bool same_find(const struct same *files, size_t count, size_t *first,
               size_t *second)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            if (!is_file(&files[i]) || !is_file(&files[j]) ||
                (!files[i].written && !files[j].written) ||
                !same_file(files[i].path, files[j].path))
                continue;
            *first = j;
            *second = i;
            return true;
        }
    return false;
}
