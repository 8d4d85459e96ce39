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

enum { READS_MAX = 64 }; /* of notes, at once */

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

/* The directory of F's target, in PATH; false where that is too long. */
static bool directory_of(struct progress_file *f, char path[static PATH_MAX])
{
    size_t len = strlen(f->target);
    char *slash;

    if (len >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(path, f->target, len + 1);
    slash = strrchr(path, '/');
    if (slash == NULL) {
        memcpy(path, ".", 2);
        f->name = f->target;
        return true;
    }
    f->name = f->target + (slash + 1 - path);
    slash[slash == path] = '\0'; /* "/" stays */
    return true;
}

/* Says what is the matter, once. */
static void complain(struct progress_file *f, const char *why)
{
    if (!f->said)
        msg_warn("unable to watch %s: %s; trying again", f->path, why);
    f->said = true;
}

/* Opens the file; -1 where it cannot be read, which is said, but where it is
 * not there, since it may come.  What is no regular file is let alone: to open
 * and close a FIFO would kill who writes to it. */
static int open_file(struct progress_file *f, int flags)
{
    struct stat found;
    bool there = stat(f->path, &found) == 0;
    int fd;

    if (there && !S_ISREG(found.st_mode)) {
        complain(f, S_ISDIR(found.st_mode) ? strerror(EISDIR)
                                           : "it is no regular file");
        return -1;
    }
    fd = open(f->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags, 0666);
    if (fd < 0 && (errno != ENOENT || flags != 0))
        complain(f, strerror(errno));
    return fd;
}

static void end_watch(struct progress_file *f)
{
    if (f->notes >= 0)
        close(f->notes);
    f->notes = -1;
}

/* The directory tells of a file that is replaced, too. */
static void begin_watch(struct progress_file *f)
{
    const uint32_t what = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO |
                          IN_MOVE_SELF | IN_ONLYDIR;
    char directory[PATH_MAX];

    free(f->target);
    f->target = file_target(f->path);
    if (f->target != NULL && directory_of(f, directory)) {
        f->is_link = strcmp(f->target, f->path) != 0;
        f->notes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        if (f->notes >= 0 && inotify_add_watch(f->notes, directory, what) >= 0)
            return;
    }
    complain(f, strerror(errno));
    end_watch(f);
}

bool progress_file_open(struct progress_file *f, const char *path)
{
    int fd;

    *f = (struct progress_file){ .notes = -1, .line = BUF_INIT(REC_CEILING) };
    f->path = strdup(path);
    if (f->path == NULL)
        return false;
    fd = open_file(f, O_CREAT);
    if (fd >= 0)
        close(fd);
    watch_changed(&f->watch, f->path);
    begin_watch(f);
    return true;
}

/* Takes inotify's notes; whether any is about the file, and in *CLOSED whether
 * its writer was done with it.  Where the directory is gone so is the watch. */
static bool take_notes(struct progress_file *f, bool *closed)
{
    _Alignas(struct inotify_event) char notes[16 * 1024];
    bool about = false, gone = false;
    ssize_t n = 1;

    /* who writes faster than we read shall not keep us here */
    for (int reads = 0; n > 0 && reads < READS_MAX; reads++) {
        do
            n = read(f->notes, notes, sizeof notes);
        while (n < 0 && errno == EINTR);
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *note =
                (const struct inotify_event *)(notes + at);

            gone |= (note->mask & (IN_IGNORED | IN_MOVE_SELF)) != 0;
            if ((note->mask & IN_Q_OVERFLOW) != 0) {
                about = true;
            } else if (note->len > 0 && strcmp(note->name, f->name) == 0) {
                about = true;
                *closed = (note->mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0;
            }
            at += (ssize_t)(sizeof *note + note->len);
        }
    }
    if (n > 0)
        *closed = false; /* nobody knows */
    if (gone)
        end_watch(f);
    return about;
}

/* Reads what there is from START on, which a network's file system may give in
 * pieces; -1 with errno set. */
static ssize_t read_from(int fd, char text[static REC_CEILING], off_t start)
{
    size_t n = 0;

    while (n < REC_CEILING) {
        ssize_t got = pread(fd, text + n, REC_CEILING - n, start + (off_t)n);

        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return -1;
        n += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)n;
}

/* The end of the file, as much as a line may have; *CUT: there is more of it,
 * and no hole. */
static size_t read_end(struct progress_file *f, char text[static REC_CEILING],
                       bool *cut)
{
    int fd = open_file(f, 0);
    struct stat found;
    ssize_t n = 0;

    if (fd < 0)
        return 0;
    if (fstat(fd, &found) < 0) {
        complain(f, strerror(errno));
    } else if (S_ISREG(found.st_mode)) {
        off_t start =
            found.st_size > REC_CEILING ? found.st_size - REC_CEILING : 0;

        n = read_from(fd, text, start);
        if (n < 0)
            complain(f, strerror(errno));
        *cut = start > 0 && n > 0 && text[0] != '\0';
    }
    close(fd);
    return n > 0 ? (size_t)n : 0;
}

static bool is_same(const struct progress_file *f, const char *line, size_t len)
{
    return len == f->line.len && memcmp(line, f->line.bytes, len) == 0;
}

/* Whether there may be something new; *ENDED: and its writer is done. */
static bool is_new(struct progress_file *f, bool end, bool *ended)
{
    bool about = f->notes >= 0 && take_notes(f, ended);

    if (f->notes < 0 && !end)
        begin_watch(f);
    f->changed = f->changed || about || watch_changed(&f->watch, f->path);
    return f->changed;
}

/* The last line of the file, in TEXT; 0 where there is none that is whole. */
static size_t last_line(struct progress_file *f, bool ended,
                        char text[static REC_CEILING], const char **line)
{
    bool cut = false;
    size_t n = read_end(f, text, &cut);
    size_t len = report_last(text, n, ended, line);

    return cut && memchr(text, '\n', (size_t)(*line - text)) == NULL ? 0 : len;
}

bool progress_file_look(struct progress_file *f, bool end, struct buf *record)
{
    char text[REC_CEILING];
    bool ended = false;
    const char *line;
    size_t len;

    if (f->path == NULL || !is_new(f, end, &ended))
        return false;
    len = last_line(f, ended || end, text, &line);
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
    end_watch(f);
    free(f->path);
    free(f->target);
    f->path = f->target = NULL;
    buf_free(&f->line);
}
