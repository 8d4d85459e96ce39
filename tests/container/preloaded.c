/*
 * What an image has preloaded into its programs: musl's, so no glibc program
 * can have it.
 */
#include <unistd.h>

__attribute__((constructor)) static void say(void)
{
    (void)!write(STDOUT_FILENO, "preloaded\n", 10);
}
