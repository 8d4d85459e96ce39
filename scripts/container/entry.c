/*
 * The first of ours that runs in a program of a bundle, before its main(): it
 * undoes what launch.c did to the environment, and gives the process the name
 * of the program, in place of the loader's.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/prctl.h>

__attribute__((constructor)) static void enter(int argc, char **argv,
                                               char **environment)
{
    (void)argc;
    (void)argv;
    for (; *environment != NULL; environment++) {
        char *v = *environment;

        if (v[0] == '\1' && v[1] == 'D' && v[2] == '_')
            v[0] = 'L';
    }
    prctl(PR_SET_NAME, program_invocation_short_name);
}
