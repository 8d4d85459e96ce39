#include "base/watch.h"

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool watch_changed(struct watch *w, const char *path)
{
    struct stat now;
    bool same;

    if (stat(path, &now) < 0) {
        w->seen = false;
        return true;
    }
    same = w->seen && now.st_dev == w->was.st_dev &&
           now.st_ino == w->was.st_ino && now.st_size == w->was.st_size &&
           is_same_time(&now.st_mtim, &w->was.st_mtim) &&
           is_same_time(&now.st_ctim, &w->was.st_ctim);
    w->seen = true;
    w->was = now;
    return !same;
}
