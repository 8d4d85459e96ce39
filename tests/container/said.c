/*
 * A command for tests, in an image with another C library: it says what it was
 * given, and ends with the exit code that is its first argument.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
    char line[4096];
    FILE *maps = fopen("/proc/self/maps", "r");

    for (int i = 0; i < argc; i++)
        printf("argument %s\n", argv[i]);
    for (char **v = environ; *v != NULL; v++)
        printf("variable %s\n", *v);
    for (int fd = 0; fd < 10; fd++)
        if (fd != STDERR_FILENO && lseek(fd, 0, SEEK_CUR) >= 0)
            printf("descriptor %d\n", fd);
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        for (char *c = line; *c != '\n' && *c != '\0'; c++)
            if (*c == '/') {
                printf("mapped %s", c);
                break;
            }
    fprintf(stderr, "an error\n");
    return argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
}
