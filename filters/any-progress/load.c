#include "load.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/msg.h"
#include "find.h"

/* A file that is not there, or is none, will not come by waiting for it. */
static int unreadable(const char *path)
{
    int error = errno;

    if (error == ENOENT || error == EACCES || error == EISDIR || error == EFBIG)
        return msg_fatal(EXIT_USAGE, "unable to read %s: %s", path,
                         strerror(error));
    return msg_fatal_sys("unable to read %s", path);
}

static int no_memory(const struct loaded *l)
{
    errno = ENOMEM;
    return msg_fatal_sys("unable to read %s", l->name);
}

/* Reads what is in `text`. */
static int parse(struct loaded *l)
{
    struct adapter_wrong wrong;

    if (l->adapter.text.failed)
        return msg_fatal_sys("unable to read %s", l->name);
    errno = 0;
    if (adapter_parse(&l->adapter, &wrong))
        return 0;
    if (errno == ENOMEM || memory_missed()) /* and nothing is wrong with it */
        return no_memory(l);
    if (wrong.line > 0)
        return msg_fatal(EXIT_USAGE, "%s: line %d: %s", l->name, wrong.line,
                         wrong.why);
    return msg_fatal(EXIT_USAGE, "%s: %s", l->name, wrong.why);
}

static int read_file(struct loaded *l, const char *path)
{
    return file_read(path, &l->adapter.text) ? parse(l) : unreadable(path);
}

/* The adapter that is within the program. */
static int read_fraction(struct loaded *l)
{
    buf_str(&l->adapter.text, find_fraction);
    l->adapter.parts = true; /* which no pattern can say */
    return parse(l);
}

static int read_choice(struct loaded *l, const struct load_choice *choice)
{
    char path[PATH_MAX];

    if (choice->name != NULL) {
        l->name = choice->name;
        if (find_adapter(choice->name, path))
            return read_file(l, path);
        if (strcmp(choice->name, "fraction") == 0)
            return read_fraction(l);
        if (errno != ENOENT)
            return msg_fatal_sys("unable to look for the adapter \"%s\"",
                                 choice->name);
        return msg_fatal(
            EXIT_USAGE, "there is no adapter \"%s\"; --list prints which exist",
            choice->name);
    }
    if (choice->regex != NULL) {
        l->name = choice->regex;
        return read_file(l, choice->regex);
    }
    if (choice->jq != NULL) {
        l->name = choice->jq;
        return file_read(choice->jq, &l->adapter.jq) ? 0
                                                     : unreadable(choice->jq);
    }
    l->name = "--fraction";
    return read_fraction(l);
}

/* Starts the jq program, where there is one. */
static int open_box(struct loaded *l, int64_t limit)
{
    struct buf *program = &l->adapter.jq;

    if (program->len == 0)
        return 0;
    buf_char(program, '\0');
    if (program->failed && memory_missed())
        return no_memory(l);
    if (program->failed ||
        memchr(program->bytes, '\0', program->len - 1) != NULL)
        return msg_fatal(EXIT_USAGE, "%s: this is no jq program", l->name);
    l->boxed = true;
    if (box_open(&l->box, program->bytes, limit))
        return 0;
    if (l->box.why[0] == '\0')
        return msg_fatal_sys("unable to start the jq program");
    return msg_fatal(l->box.deaths > 0 ? EXIT_SYSTEM : EXIT_USAGE, "%s: %s",
                     l->name, l->box.why);
}

int load_read(struct loaded *l, const struct load_choice *choice)
{
    *l = (struct loaded){ .boxed = false };
    adapter_init(&l->adapter, choice->operation);
    return read_choice(l, choice);
}

int load_open(struct loaded *l, const struct load_choice *choice)
{
    int status = load_read(l, choice);

    return status != 0 ? status : open_box(l, choice->limit);
}

void load_close(struct loaded *l)
{
    if (l->boxed)
        box_close(&l->box);
    adapter_free(&l->adapter);
}
