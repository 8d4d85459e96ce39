#include "files.h"

#include <errno.h>
#include <stdio.h>
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

enum { PLAN_FILE_MAX = 3 * 1024 * 1024, TOLD_MAX = 8 * 1024 };

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
                         .told = BUF_INIT(TOLD_MAX) };
    if (settings.blueprint != NULL)
        status = read_blueprints(f);
    if (status == EXIT_DONE)
        status = make_plan(f, plan);
    if (status == EXIT_DONE && settings.weights != NULL)
        status = read_weights(f, plan);
    return status;
}

/* Whether WHY has not been told yet. */
static bool is_news(struct files *f, const char *why)
{
    size_t len = strlen(why) + 1;

    if (f->told.len > 0 && memmem(f->told.bytes, f->told.len, why, len) != NULL)
        return false;
    buf_add(&f->told, why, len);
    return !f->told.failed; /* so many reasons are enough */
}

/* Says each reason once, and not at the first sight of half a file, why the
 * plan or something in it could not be taken over. */
static void tell(struct files *f, const char *why, bool taken)
{
    f->unread = taken ? 0 : f->unread + 1;
    if (*why == '\0' || (!taken && f->unread < 2) || !is_news(f, why))
        return;
    msg_warn("%s: %s; %s", settings.plan, why,
             taken ? "that is passed over" : "going on with what it was");
}

/* Reads the plan's file again; false, with the reason in the plan's `why`,
 * where it cannot be taken over. */
static bool read_again(struct files *f, struct plan *plan)
{
    struct buf text = BUF_INIT(PLAN_FILE_MAX);
    bool taken;

    plan->why[0] = '\0';
    taken = file_read(settings.plan, &text) &&
            merge_actionset(plan, text.bytes, text.len, blueprints_of(f));
    if (!taken && plan->why[0] == '\0')
        snprintf(plan->why, sizeof plan->why, "%s", strerror(errno));
    buf_free(&text);
    return taken;
}

enum agg_result files_look(struct files *f, struct agg *a, struct instant now)
{
    bool taken;

    if (now.steady < f->next)
        return AGG_SAME;
    f->next = now.steady + LOOK_EVERY;
    if (!watch_changed(&f->watch, settings.plan))
        return AGG_SAME;
    taken = read_again(f, &a->plan);
    tell(f, a->plan.why, taken);
    if (!taken)
        f->watch = (struct watch){ 0 }; /* it may be half there */
    return taken ? agg_refresh(a, now) : AGG_SAME;
}

void files_close(struct files *f)
{
    blueprints_free(&f->blueprints);
    buf_free(&f->rest);
    buf_free(&f->told);
}
