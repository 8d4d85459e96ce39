/*
 * Where adapters are: NAME.adapter in
 *
 *     $XDG_CONFIG_HOME/phasepipe/adapters  ($HOME/.config where that is unset)
 *     /etc/phasepipe/adapters
 *     share/phasepipe/adapters, beside the directory of the program; or in it,
 *     where a bundle has them; or where a build within the source finds them
 *
 * and one that is within the program.
 */
#ifndef ANY_PROGRESS_FIND_H
#define ANY_PROGRESS_FIND_H

#include <linux/limits.h>
#include <stdbool.h>

#include "mover/adapter.h"

/* Where the adapter is that NAME means: a file where it has a slash, else one
 * from the places above.  False where there is none (errno is ENOENT), or the
 * system failed. */
bool find_adapter(const char *name, char path[static PATH_MAX]);

/* Calls SEE for each adapter that find_adapter() can find by name, sorted, and
 * once for each name.  False with errno set where the system failed. */
bool find_each(void (*see)(void *arg, const char *name, const char *path),
               void *arg);

/* The adapter of `--fraction`, as the text of a file. */
extern const char find_fraction[];

#endif
