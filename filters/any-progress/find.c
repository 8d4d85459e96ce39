#include "find.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char suffix[] = ".adapter";

enum { PLACES = 6, NAMES_MAX = 1000 };

/* A place's directory: what comes first is not there where it is NULL. */
struct place {
    const char *base, *rest;
};

/* What is not there, or may not be read, is no failure. */
static bool is_failure(int errnum)
{
    return errnum != ENOENT && errnum != ENOTDIR && errnum != EACCES;
}

/* The directory of the program; in a bundle, of its loader. */
static const char *own_directory(void)
{
    static char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    char *slash;

    if (n <= 0)
        return NULL;
    path[n] = '\0';
    slash = strrchr(path, '/');
    if (slash == NULL)
        return NULL;
    *slash = '\0';
    return path;
}

/* The places, in the order in which they count; false with errno set where it
 * is not known where we are. */
static bool list_places(struct place places[static PLACES])
{
    const char *config = getenv("XDG_CONFIG_HOME"), *own = own_directory();
    bool is_set = config != NULL && config[0] == '/';
    const struct place list[PLACES] = {
        { is_set ? config : getenv("HOME"),
          is_set ? "/phasepipe/adapters" : "/.config/phasepipe/adapters" },
        { "", "/etc/phasepipe/adapters" },
        { own, "/../share/phasepipe/adapters" },
        { own, "/share/phasepipe/adapters" },
        { own, "/../../filters/any-progress/adapters" },
        { own, "/../../../filters/any-progress/adapters" },
    };

    memcpy(places, list, sizeof list);
    return own != NULL;
}

/* A name without a slash that does not begin with a dot. */
static bool is_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

bool find_adapter(const char *name, char path[static PATH_MAX])
{
    struct place places[PLACES];
    int failed = ENOENT;

    errno = ENOENT;
    if (strchr(name, '/') != NULL)
        return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
    if (!list_places(places) && is_failure(errno))
        failed = errno;
    for (size_t i = 0; is_name(name) && i < PLACES; i++) {
        if (places[i].base == NULL ||
            snprintf(path, PATH_MAX, "%s%s/%s%s", places[i].base,
                     places[i].rest, name, suffix) >= PATH_MAX)
            continue;
        if (access(path, R_OK) == 0)
            return true;
        if (is_failure(errno))
            failed = errno;
    }
    errno = failed;
    return false;
}

/* The names found so far. */
struct names {
    char *list[NAMES_MAX];
    size_t count;
};

static bool has(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->list[i], name) == 0)
            return true;
    return false;
}

/* Takes the names of one directory, which need not be there. */
static bool read_names(struct names *names, const char *directory)
{
    const size_t tail = sizeof suffix - 1;
    DIR *list = opendir(directory);
    const struct dirent *entry;
    bool good = list != NULL || !is_failure(errno);

    while (list != NULL && good && (entry = readdir(list)) != NULL) {
        size_t len = strlen(entry->d_name);
        char *name;

        if (len <= tail || !is_name(entry->d_name) ||
            strcmp(entry->d_name + len - tail, suffix) != 0)
            continue;
        name = strndup(entry->d_name, len - tail);
        good = name != NULL;
        if (good && !has(names, name) && names->count < NAMES_MAX)
            names->list[names->count++] = name;
        else
            free(name);
    }
    if (list != NULL)
        closedir(list);
    return good;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool find_each(void (*see)(void *arg, const char *name, const char *path),
               void *arg)
{
    struct names *names = calloc(1, sizeof *names);
    struct place places[PLACES];
    char path[PATH_MAX];
    bool good = names != NULL;

    good &= list_places(places) || !is_failure(errno);
    for (size_t i = 0; good && i < PLACES; i++)
        if (places[i].base != NULL &&
            snprintf(path, sizeof path, "%s%s", places[i].base,
                     places[i].rest) < PATH_MAX)
            good = read_names(names, path);
    if (good)
        qsort(names->list, names->count, sizeof *names->list, compare);
    for (size_t i = 0; names != NULL && i < names->count; i++) {
        if (good && find_adapter(names->list[i], path))
            see(arg, names->list[i], path);
        else
            good &= errno == ENOENT;
        free(names->list[i]);
    }
    free(names);
    return good;
}
