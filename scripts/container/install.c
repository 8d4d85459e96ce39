/*
 * install: copies the bundle that it is in.  An init container runs it where
 * the image has no cp.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/msg.h"
#include "base/out.h"
#include "base/start.h"

/* Until it is whole a file has this name, which is no other's. */
#define PART ".part"

static struct stat target_is; /* a bundle can be copied into itself */

static bool copy_bytes(int from, int to)
{
    static char bytes[64 * 1024];

    for (;;) {
        ssize_t n = read(from, bytes, sizeof bytes);

        if (n == 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0 && !write_all(to, bytes, (size_t)n))
            return false;
    }
}

/* Fills TO, which is closed in any case. */
static bool fill(int from, int to, mode_t mode)
{
    bool done = copy_bytes(from, to) && fchmod(to, mode) == 0;
    int kept = errno;

    if (close(to) < 0 && done)
        return false;
    errno = kept;
    return done;
}

/* Copies the file NAME of directory FROM into directory TO.  One that is there
 * is replaced, also where a process runs it. */
static bool copy_file(int from, int to, const char *name, mode_t mode)
{
    char part[NAME_MAX + 1];
    int in, out, kept;
    bool done = false;

    if (snprintf(part, sizeof part, "%s" PART, name) >= (int)sizeof part) {
        errno = ENAMETOOLONG;
        return false;
    }
    in = openat(from, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (in < 0)
        return false;
    if (unlinkat(to, part, 0) == 0 || errno == ENOENT) {
        out = openat(to, part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        done = out >= 0 && fill(in, out, mode & 0777) &&
               renameat(to, part, to, name) == 0;
    }
    kept = errno;
    close(in);
    errno = kept;
    return done;
}

/* Opens the directory NAME of directory AT, made where it is not there. */
static int make_directory(int at, const char *name)
{
    int fd;

    if (mkdirat(at, name, 0700) < 0) {
        if (errno != EEXIST)
            return -1;
        return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        fchmod(fd, 0755); /* whatever the umask is: another user runs it */
    return fd;
}

static int fail(const char *name)
{
    return msg_fatal_sys("unable to copy %s", name);
}

static int copy_entries(DIR *list, int to, bool directories);

static int copy_directory(int from, int to, const char *name)
{
    int source = openat(from, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = source >= 0 ? fdopendir(source) : NULL;
    int target = list != NULL ? make_directory(to, name) : -1;
    int status;

    if (target < 0)
        status = fail(name);
    else
        status = copy_entries(list, target, true);
    if (status == 0 && target >= 0) {
        rewinddir(list);
        status = copy_entries(list, target, false);
    }
    if (target >= 0)
        close(target);
    if (list != NULL)
        closedir(list);
    else if (source >= 0)
        close(source);
    return status;
}

static bool is_target(const struct stat *s)
{
    return s->st_dev == target_is.st_dev && s->st_ino == target_is.st_ino;
}

/* Copies what is in LIST: its directories, or all else.  0, or the exit code.
 */
static int copy_entries(DIR *list, int to, bool directories)
{
    const struct dirent *e;

    for (errno = 0; (e = readdir(list)) != NULL; errno = 0) {
        struct stat s;
        int status = 0;

        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (fstatat(dirfd(list), e->d_name, &s, AT_SYMLINK_NOFOLLOW) < 0)
            return fail(e->d_name);
        if (S_ISDIR(s.st_mode) != directories || is_target(&s))
            continue;
        if (directories)
            status = copy_directory(dirfd(list), to, e->d_name);
        else if (!copy_file(dirfd(list), to, e->d_name, s.st_mode))
            return fail(e->d_name);
        if (status != 0)
            return status;
    }
    return errno == 0 ? 0 : msg_fatal_sys("unable to read the bundle");
}

/* The bundle is where we are. */
static DIR *open_bundle(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;

    if (slash == NULL)
        return NULL;
    *slash = '\0';
    return opendir(path);
}

int main(int argc, char **argv)
{
    DIR *bundle;
    int target, status;

    start_program();
    msg_program("install");
    if (argc != 2 || argv[1][0] == '-' || argv[1][0] == '\0')
        return msg_fatal(EXIT_USAGE, "usage: install DIRECTORY, into which "
                                     "it copies the bundle that it is in");
    bundle = open_bundle();
    if (bundle == NULL)
        return msg_fatal_sys("unable to find the bundle");
    if (faccessat(dirfd(bundle), "share", F_OK, 0) < 0)
        return msg_fatal(EXIT_USAGE, "this is not in a bundle");
    target = make_directory(AT_FDCWD, argv[1]);
    if (target < 0 || fstat(target, &target_is) < 0)
        return msg_fatal_sys("unable to make %s", argv[1]);
    /* who waits for a program finds its data */
    status = copy_entries(bundle, target, true);
    rewinddir(bundle);
    if (status == 0)
        status = copy_entries(bundle, target, false);
    close(target);
    closedir(bundle);
    return status;
}
