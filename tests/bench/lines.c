/*
 * lines FILE [MS]: prints the lines of FILE, that end with '\r' or '\n', on
 * standard error, each with a write of its own, as a mover does, and waits MS
 * after each thousand.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"

enum { MS = 1000000 };

int main(int argc, char **argv)
{
    int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1, count = 0;
    int64_t ms = 0;
    struct stat file;
    const char *at, *end;

    if (fd < 0 || fstat(fd, &file) < 0 ||
        (argc > 2 && (!num_int(argv[2], strlen(argv[2]), &ms) || ms > 999)))
        return 100;
    at = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED)
        return 111;
    for (end = at + file.st_size; at < end;) {
        const char *from = at;

        do
            at++;
        while (at < end && at[-1] != '\r' && at[-1] != '\n');
        if (write(STDERR_FILENO, from, (size_t)(at - from)) != at - from)
            return 111;
        if (ms > 0 && ++count % 1000 == 0)
            nanosleep(&(struct timespec){ 0, ms * MS }, NULL);
    }
    return 0;
}
