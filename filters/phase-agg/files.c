#include "files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/first.h"
#include "base/msg.h"
#include "base/yaml.h"
#include "phase/actionset.h"
#include "phase/merge.h"
#include "phase/settings.h"
#include "phase/weights.h"

enum { PLAN_FILE_MAX = 3 * 1024 * 1024, LOCK_WAIT_MS = 5000 };

/* How long a changed plan waits at the most. */
#define LOOK_EVERY CLOCK_SECOND

static const char *name_of(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* Says WHY what stands in SOURCE cannot be used. */
static int misread(const char *source, const char *why)
{
    if (*why == '\0')
        return msg_fatal_sys("unable to read %s", source);
    return msg_fatal(EXIT_USAGE, "%s: %s", source, why);
}

/* After a failure to read PATH into TEXT. */
static int unread(const char *path, const struct buf *text)
{
    if (errno == EFBIG)
        return msg_fatal(EXIT_USAGE, "%s: more than %zu bytes", name_of(path),
                         text->ceiling);
    return msg_fatal_sys("unable to read %s", name_of(path));
}

/* Reads all of PATH; of standard input the first document. */
static int read_file(struct files *f, const char *path, struct buf *text)
{
    bool good = strcmp(path, "-") == 0
                    ? first_read(STDIN_FILENO, text, &f->rest)
                    : file_read(path, text);

    return good ? EXIT_DONE : unread(path, text);
}

static const struct blueprints *blueprints_of(const struct files *f)
{
    return settings.blueprint != NULL ? &f->blueprints : NULL;
}

static int read_actionset(struct files *f, struct plan *plan)
{
    struct buf text = BUF_INIT(PLAN_FILE_MAX);
    int status;

    /* what is no regular file is not there a second time */
    if (file_replaceable(settings.plan) && strcmp(settings.plan, "-") != 0) {
        f->next = 0;
        (void)watch_changed(&f->watch, settings.plan);
    }
    status = read_file(f, settings.plan, &text);
    if (status == EXIT_DONE &&
        !actionset_read(plan, text.bytes, text.len, blueprints_of(f)))
        status = misread(name_of(settings.plan), plan->why);
    buf_free(&text);
    return status;
}

static int read_blueprints(struct files *f)
{
    struct buf text = BUF_INIT(PLAN_FILE_MAX);
    int status = read_file(f, settings.blueprint, &text);

    if (status == EXIT_DONE &&
        !blueprints_read(&f->blueprints, text.bytes, text.len))
        status = misread(name_of(settings.blueprint), f->blueprints.why);
    buf_free(&text);
    return status;
}

static int make_plan(struct files *f, struct plan *plan)
{
    if (settings.plan != NULL)
        return read_actionset(f, plan);
    if (settings.blueprint != NULL)
        return blueprints_plan(&f->blueprints, plan, settings.action)
                   ? EXIT_DONE
                   : misread(name_of(settings.blueprint), plan->why);
    return plan_of_names(plan, settings.phases, settings.action)
               ? EXIT_DONE
               : misread("--phases", plan->why);
}

static int read_weights(struct files *f, struct plan *plan)
{
    struct buf text = BUF_INIT(WEIGHTS_FILE_MAX);
    int status = read_file(f, settings.weights, &text);
    struct yaml yaml;
    jv root = jv_null();

    yaml_begin(&yaml, text.bytes, text.len);
    if (status == EXIT_DONE) {
        if (!yaml_next(&yaml, &root))
            status = misread(settings.weights, yaml.why);
        else if (!weights_read(plan, root))
            status = misread(settings.weights, plan->why);
    }
    yaml_end(&yaml);
    jv_free(root);
    buf_free(&text);
    return status;
}

int files_plan(struct files *f, struct plan *plan)
{
    int status = EXIT_DONE;

    *f = (struct files){ .rest = BUF_INIT(FIRST_REST_MAX),
                         .next = INT64_MAX,
                         .blueprints.all = jv_null(),
                         .text = BUF_INIT(RESUME_MAX) };
    if (settings.blueprint != NULL)
        status = read_blueprints(f);
    if (status == EXIT_DONE)
        status = make_plan(f, plan);
    if (status == EXIT_DONE && settings.weights != NULL)
        status = read_weights(f, plan);
    return status;
}

/* Locks PATH and reads it into TEXT. */
static int open_store(struct store *s, const char *path, struct buf *text)
{
    if (!store_open(s, path, LOCK_WAIT_MS))
        return msg_fatal_sys("unable to lock %s", path);
    if (store_read(s, text))
        return EXIT_DONE;
    (void)unread(path, text);
    store_close(s);
    return EXIT_SYSTEM;
}

/* Puts a damaged file where it can be looked at. */
static void set_aside(struct store *s, const char *path, const char *why)
{
    const char *aside = store_set_aside(s);

    if (aside != NULL)
        msg_warn("%s: %s; it is set aside as %s", path, why, aside);
    else
        msg_warn_sys("%s: %s; unable to set it aside", path, why);
}

/* Reads the history, which stays locked. */
static int open_history(struct store *s, struct history *h)
{
    struct buf text = BUF_INIT(HISTORY_MAX);
    int status = open_store(s, settings.learn, &text);

    if (status == EXIT_DONE && !history_read(h, text.bytes, text.len)) {
        if (*h->why == '\0')
            status = msg_fatal_sys("unable to read %s", settings.learn);
        else
            set_aside(s, settings.learn, h->why);
        if (status != EXIT_DONE)
            store_close(s);
    }
    buf_free(&text);
    return status;
}

static int expect(struct agg *a)
{
    struct history h = { 0 };
    struct store store;
    int status = open_history(&store, &h);

    if (status != EXIT_DONE)
        return status;
    store_close(&store);
    if (!agg_expect(a, &h))
        status = msg_fatal_sys("unable to keep what is expected");
    history_free(&h);
    return status;
}

static int learn(struct agg *a)
{
    struct buf text = BUF_INIT(HISTORY_MAX);
    struct history h = { 0 };
    struct store store;
    int status = open_history(&store, &h), learned;

    if (status != EXIT_DONE)
        return status;
    learned = agg_learn(a, &h);
    if (learned < 0 ||
        (learned > 0 && (!history_write(&h, &text) ||
                         !store_write(&store, text.bytes, text.len))))
        status = msg_fatal_sys("unable to keep what was learned in %s",
                               settings.learn);
    store_close(&store);
    history_free(&h);
    buf_free(&text);
    return status;
}

static int resume(struct files *f, struct agg *a, struct instant now)
{
    char why[RESUME_WHY_MAX];
    int status = open_store(&f->state, settings.state, &f->text);

    if (status != EXIT_DONE)
        return status;
    f->has_state = true;
    switch (agg_resume(a, f->text.bytes, f->text.len, now, why)) {
    case RESUME_TAKEN:
    case RESUME_NOTHING:
        break;
    case RESUME_OTHER:
        msg_warn("%s: %s; beginning anew", settings.state, why);
        break;
    case RESUME_DAMAGED:
        set_aside(&f->state, settings.state, why);
        break;
    case RESUME_NO_MEMORY:
        return msg_fatal_sys("unable to keep the state");
    }
    return EXIT_DONE;
}

int files_open(struct files *f, struct agg *a, struct instant now)
{
    int status = settings.learn != NULL ? expect(a) : EXIT_DONE;

    if (status == EXIT_DONE && settings.state != NULL)
        status = resume(f, a, now);
    return status;
}

/* Says once, and not at the first sight of half a file, what of the plan could
 * not be taken over. */
static void tell(struct files *f, const struct plan *plan, bool taken)
{
    f->unread = taken ? 0 : f->unread + 1;
    if (f->told || *plan->why == '\0' || (!taken && f->unread < 2))
        return;
    f->told = true;
    msg_warn("%s: %s; %s", settings.plan, plan->why,
             taken ? "that is passed over" : "going on with what it was");
}

enum agg_result files_look(struct files *f, struct agg *a, struct instant now)
{
    struct buf text = BUF_INIT(PLAN_FILE_MAX);
    bool taken;

    if (now.steady < f->next)
        return AGG_SAME;
    f->next = now.steady + LOOK_EVERY;
    if (!watch_changed(&f->watch, settings.plan))
        return AGG_SAME;
    taken = file_read(settings.plan, &text) &&
            merge_actionset(&a->plan, text.bytes, text.len, blueprints_of(f));
    buf_free(&text);
    tell(f, &a->plan, taken);
    if (!taken)
        f->watch = (struct watch){ 0 }; /* it may be half there */
    return taken ? agg_refresh(a, now) : AGG_SAME;
}

/* Whether the run is over, and nothing will tell the next from it. */
static bool is_over(const struct agg *a)
{
    const struct whole *whole = &a->status.line.whole;

    return a->plan.uid[0] == '\0' && whole->running == NULL &&
           (whole->state == PHASE_COMPLETE || whole->state == PHASE_FAILED);
}

static bool save(struct files *f, const struct agg *a, struct instant now,
                 bool last)
{
    if (last && is_over(a))
        return store_write(&f->state, "", 0);
    return agg_save(a, now, &f->text) &&
           store_write(&f->state, f->text.bytes, f->text.len);
}

static void try_save(struct files *f, const struct agg *a, struct instant now,
                     bool last)
{
    if (!f->has_state || save(f, a, now, last) || f->lost)
        return;
    f->lost = true;
    msg_warn_sys("unable to keep the state in %s", settings.state);
}

void files_save(struct files *f, const struct agg *a, struct instant now)
{
    try_save(f, a, now, false);
}

int files_finish(struct files *f, struct agg *a, struct instant now)
{
    int status = settings.learn != NULL ? learn(a) : EXIT_DONE;

    try_save(f, a, now, true);
    return f->lost ? EXIT_SYSTEM : status;
}

void files_close(struct files *f)
{
    if (f->has_state)
        store_close(&f->state);
    blueprints_free(&f->blueprints);
    buf_free(&f->rest);
    buf_free(&f->text);
}
