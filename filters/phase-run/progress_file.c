#include "progress_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/msg.h"
#include "base/rec.h"
#include "run/report.h"

char *progress_file_path(const char *path)
{
    struct buf b = BUF_INIT(2 * PATH_MAX + 2);
    char *here = path[0] != '/' ? getcwd(NULL, 0) : NULL;

    if (here != NULL) {
        buf_str(&b, here);
        buf_char(&b, '/');
        free(here);
    }
    buf_str(&b, path);
    buf_char(&b, '\0');
    if (!b.failed)
        return b.bytes;
    buf_free(&b);
    return NULL;
}

/* The directory of F's file, in PATH; false where that is too long. */
static bool directory_of(struct progress_file *f, char path[static PATH_MAX])
{
    size_t len = strlen(f->path);
    char *slash;

    if (len >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(path, f->path, len + 1);
    slash = strrchr(path, '/');
    if (slash == NULL) {
        memcpy(path, ".", 2);
        f->name = f->path;
        return true;
    }
    f->name = f->path + (slash + 1 - path);
    slash[slash == path] = '\0'; /* "/" stays */
    return true;
}

/* The directory tells of a file that is replaced, too. */
static bool begin_watch(struct progress_file *f)
{
    const uint32_t what =
        IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR;
    char directory[PATH_MAX];

    if (!directory_of(f, directory))
        return false;
    f->notes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return f->notes >= 0 && inotify_add_watch(f->notes, directory, what) >= 0;
}

bool progress_file_open(struct progress_file *f, const char *path)
{
    struct stat found;
    int fd;

    *f = (struct progress_file){ .notes = -1, .line = BUF_INIT(REC_CEILING) };
    f->path = file_target(path);
    if (f->path == NULL)
        return false;
    fd = open(f->path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (fd < 0)
        return false;
    if (fstat(fd, &found) < 0 || !S_ISREG(found.st_mode)) {
        errno = EINVAL;
        close(fd);
        return false;
    }
    close(fd);
    watch_changed(&f->watch, f->path);
    if (begin_watch(f))
        return true;
    if (f->notes >= 0)
        close(f->notes);
    f->notes = -1; /* it can still be looked at, at the end */
    return false;
}

/* Takes inotify's notes; whether any is about the file, and in *CLOSED whether
 * its writer was done with it. */
static bool take_notes(struct progress_file *f, bool *closed)
{
    _Alignas(struct inotify_event) char notes[16 * 1024];
    bool about = false;
    ssize_t n;

    while ((n = read(f->notes, notes, sizeof notes)) > 0) {
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *note =
                (const struct inotify_event *)(notes + at);

            if ((note->mask & IN_Q_OVERFLOW) != 0) {
                about = true;
            } else if (note->len > 0 && strcmp(note->name, f->name) == 0) {
                about = true;
                *closed = (note->mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0;
            }
            at += (ssize_t)(sizeof *note + note->len);
        }
    }
    return about;
}

/* The end of the file, as much as a line may have. */
static size_t read_end(const struct progress_file *f,
                       char text[static REC_CEILING])
{
    int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat found;
    ssize_t n = 0;

    if (fd < 0)
        return 0;
    if (fstat(fd, &found) == 0 && S_ISREG(found.st_mode)) {
        off_t start =
            found.st_size > REC_CEILING ? found.st_size - REC_CEILING : 0;

        n = pread(fd, text, REC_CEILING, start);
    }
    close(fd);
    return n > 0 ? (size_t)n : 0;
}

static bool is_same(const struct progress_file *f, const char *line, size_t len)
{
    return len == f->line.len && memcmp(line, f->line.bytes, len) == 0;
}

bool progress_file_look(struct progress_file *f, bool end, struct buf *record)
{
    char text[REC_CEILING];
    bool ended = end;
    const char *line;
    size_t len;

    if (f->path == NULL || (!end && f->notes < 0))
        return false;
    if (f->notes >= 0 && !take_notes(f, &ended) && !end)
        return false;
    if (end && !watch_changed(&f->watch, f->path))
        return false;
    len = report_last(text, read_end(f, text), ended || end, &line);
    if (len == 0 || is_same(f, line, len))
        return false;
    buf_clear(&f->line);
    buf_add(&f->line, line, len);
    if (report_record(line, len, record))
        return true;
    if (f->wrong++ == 0)
        msg_warn("%s: \"%.*s\" is neither a percentage nor a count such as "
                 "3/7 nor a progress record",
                 f->path, len < 80 ? (int)len : 80, line);
    return false;
}

void progress_file_close(struct progress_file *f)
{
    if (f->notes >= 0)
        close(f->notes);
    f->notes = -1;
    free(f->path);
    f->path = NULL;
    buf_free(&f->line);
}
