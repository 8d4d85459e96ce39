#include "process.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"

enum { TO_START = 19 }; /* fields from the state to the start time: proc(5) */

bool process_look(pid_t pid, struct process *process)
{
    char path[64], text[1024];
    const char *at;
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    at = strrchr(text, ')'); /* of the name, which may hold anything */
    if (at == NULL || at[1] != ' ')
        return false;
    *process = (struct process){ .state = at[2], .start = -1 };
    at += 2;
    for (int i = 0; i < TO_START && at != NULL; i++)
        at = strchr(at + 1, ' ');
    if (at != NULL)
        num_int(at + 1, strcspn(at + 1, " \n"), &process->start);
    return true;
}

bool process_stopped(pid_t pid)
{
    struct process process;

    return process_look(pid, &process) &&
           (process.state == 'T' || process.state == 't');
}
