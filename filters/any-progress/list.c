#include "list.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "base/out.h"
#include "find.h"
#include "load.h"

struct list {
    struct out out;
    bool fraction; /* one of the files is called that */
    int status;
};

static void put(struct list *l, struct text text, char behind)
{
    out_write(&l->out, text.at, text.len);
    out_write(&l->out, &behind, 1);
}

static struct text text_of(const char *string)
{
    return (struct text){ string, strlen(string) };
}

static void print_adapter(void *arg, const char *name, const char *path)
{
    struct list *l = arg;
    struct loaded one;
    const struct load_choice choice = { .name = name };
    int status = load_read(&one, &choice);

    l->fraction |= strcmp(name, "fraction") == 0;
    if (l->status == EXIT_DONE)
        l->status = status;
    if (status == EXIT_DONE) {
        put(l, text_of(name), '\t');
        put(l, one.adapter.mover, '\t');
        put(l, one.adapter.versions, '\t');
        put(l, text_of(one.adapter.stream), '\t');
        put(l, text_of(path), '\n');
    }
    load_close(&one);
}

/* The one that has no file. */
static const char within[] = "(within any-progress)";

static bool print_all(struct list *l)
{
    bool good = find_each(print_adapter, l);

    if (l->status != EXIT_SYSTEM) /* what is wrong with one is not with all */
        l->status = EXIT_DONE;
    if (good && !l->fraction)
        print_adapter(l, "fraction", within);
    return good;
}

int list_print(char *const *names)
{
    struct list l = { .status = EXIT_DONE };
    char path[PATH_MAX];
    bool good = true;

    if (!out_open(&l.out, STDOUT_FILENO, msg_output_lost))
        return msg_fatal_sys("unable to start");
    if (*names == NULL)
        good = print_all(&l);
    for (; *names != NULL; names++)
        print_adapter(&l, *names, find_adapter(*names, path) ? path : within);
    if (!out_close(&l.out))
        return EXIT_SYSTEM;
    return good ? l.status : msg_fatal_sys("unable to look for adapters");
}
