#include "keep.h"

#include <errno.h>

#include "base/file.h"
#include "base/msg.h"
#include "phase/settings.h"

/* For the lock of what was learned, which everybody has only for a moment. */
enum { LOCK_WAIT_MS = 5000 };

/* How often the lock of the state is tried for. */
#define RETRY_EVERY CLOCK_SECOND

/* A flood of lines is written out much more often than a disk could follow. */
#define SYNC_EVERY (CLOCK_SECOND / 10)

/* Says why WHAT cannot be kept in PATH. */
static void warn_unkept(const char *what, const char *path)
{
    if (errno == EWOULDBLOCK)
        msg_warn("unable to keep %s in %s: another run has it", what, path);
    else
        msg_warn_sys("unable to keep %s in %s", what, path);
}

/* Puts a damaged file where it can be looked at; S is NULL without its lock. */
static void set_aside(struct store *s, const char *path, const char *why)
{
    const char *aside = s != NULL ? store_set_aside(s) : NULL;

    if (aside != NULL)
        msg_warn("%s: %s; it is set aside as %s", path, why, aside);
    else if (s != NULL)
        msg_warn_sys("%s: %s; unable to set it aside", path, why);
    else
        msg_warn("%s: %s", path, why);
}

/* Appends all of PATH to B, nothing where there is none; every version of it is
 * whole, whoever has the lock. */
static bool read_kept(const char *path, struct buf *b)
{
    return file_replaceable(path) && (file_read(path, b) || errno == ENOENT);
}

/* Reads the history; STORE as in set_aside().  False with errno set where that
 * cannot be done; what is damaged is as good as nothing. */
static bool read_history(struct history *h, struct store *store)
{
    struct buf text = BUF_INIT(HISTORY_MAX);
    bool good = read_kept(settings.learn, &text);

    if (good && !history_read(h, text.bytes, text.len)) {
        good = *h->why != '\0';
        if (good)
            set_aside(store, settings.learn, h->why);
    }
    buf_free(&text);
    return good;
}

/* What earlier runs took. */
static int expect(struct keep *k, struct agg *a)
{
    struct history h = { 0 };
    struct store store;
    bool locked = store_open(&store, settings.learn, 0);
    int status = EXIT_DONE;

    if (!locked && errno != EWOULDBLOCK) {
        warn_unkept("what is learned", settings.learn);
        k->unlearned = true;
    }
    if (!read_history(&h, locked ? &store : NULL)) {
        if (!k->unlearned)
            msg_warn_sys("unable to read %s", settings.learn);
        k->unlearned = true;
    } else if (!agg_expect(a, &h)) {
        status = msg_fatal_sys("unable to keep what is expected");
    }
    if (locked)
        store_close(&store);
    history_free(&h);
    return status;
}

/* Adds what was learned to the history, which is locked. */
static int add_learned(struct agg *a, struct history *h, struct store *store)
{
    struct buf text = BUF_INIT(HISTORY_MAX);
    int status = EXIT_DONE, learned;

    if (!read_history(h, store))
        return msg_fatal_sys("unable to read %s", settings.learn);
    learned = agg_learn(a, h);
    if (learned < 0 ||
        (learned > 0 && (!history_write(h, &text) ||
                         !store_write(store, text.bytes, text.len, true))))
        status = msg_fatal_sys("unable to keep what was learned in %s",
                               settings.learn);
    buf_free(&text);
    return status;
}

static int learn(struct agg *a)
{
    struct history h = { 0 };
    struct store store;
    int status;

    if (!store_open(&store, settings.learn, LOCK_WAIT_MS))
        return msg_fatal_sys("unable to lock %s", settings.learn);
    status = add_learned(a, &h, &store);
    store_close(&store);
    history_free(&h);
    return status;
}

static void lose_state(struct keep *k)
{
    if (!k->unkept)
        warn_unkept("the state", settings.state);
    k->unkept = true;
}

/* Locks the state, and reads it also where that fails: who has the lock may be
 * about to end, and no percentage is to fall. */
static bool read_state(struct keep *k, struct instant now)
{
    k->retry = now.steady + RETRY_EVERY;
    k->has_state = store_open(&k->state, settings.state, 0);
    if (!k->has_state)
        lose_state(k);
    if (read_kept(settings.state, &k->text))
        return true;
    lose_state(k);
    k->retry = INT64_MAX; /* somebody should look at it */
    if (k->has_state)
        store_close(&k->state);
    k->has_state = false;
    return false;
}

static int resume(struct keep *k, struct agg *a, struct instant now)
{
    char why[RESUME_WHY_MAX];

    if (!read_state(k, now))
        return EXIT_DONE;
    switch (agg_resume(a, k->text.bytes, k->text.len, now, why)) {
    case RESUME_TAKEN:
    case RESUME_NOTHING:
        break;
    case RESUME_OTHER:
        msg_warn("%s: %s; beginning anew", settings.state, why);
        break;
    case RESUME_DAMAGED:
        set_aside(k->has_state ? &k->state : NULL, settings.state, why);
        break;
    case RESUME_NO_MEMORY:
        return msg_fatal_sys("unable to keep the state");
    }
    return EXIT_DONE;
}

int keep_open(struct keep *k, struct agg *a, struct instant now)
{
    int status = EXIT_DONE;

    *k = (struct keep){ .retry = INT64_MAX,
                        .synced = now.steady - SYNC_EVERY,
                        .text = BUF_INIT(RESUME_MAX) };
    if (settings.learn != NULL)
        status = expect(k, a);
    if (status == EXIT_DONE && settings.state != NULL)
        status = resume(k, a, now);
    return status;
}

/* Whether we have the state, now perhaps. */
static bool has_state(struct keep *k, struct instant now, bool last)
{
    if (k->has_state || k->retry == INT64_MAX ||
        (now.steady < k->retry && !last))
        return k->has_state;
    k->retry = now.steady + RETRY_EVERY;
    k->has_state = store_open(&k->state, settings.state, 0);
    return k->has_state;
}

/* Whether the run is over, and nothing will tell the next from it. */
static bool is_over(const struct agg *a)
{
    const struct whole *whole = &a->status.line.whole;

    return a->plan.uid[0] == '\0' && whole->running == NULL &&
           (whole->state == PHASE_COMPLETE || whole->state == PHASE_FAILED);
}

static bool save(struct keep *k, const struct agg *a, struct instant now,
                 bool last)
{
    bool sync = last || now.steady - k->synced >= SYNC_EVERY;

    if (sync)
        k->synced = now.steady;
    if (last && is_over(a))
        return store_write(&k->state, "", 0, true);
    return agg_save(a, now, &k->text) &&
           store_write(&k->state, k->text.bytes, k->text.len, sync);
}

static void try_save(struct keep *k, const struct agg *a, struct instant now,
                     bool last)
{
    if (has_state(k, now, last) && !save(k, a, now, last))
        lose_state(k);
}

void keep_save(struct keep *k, const struct agg *a, struct instant now)
{
    try_save(k, a, now, false);
}

int keep_finish(struct keep *k, struct agg *a, struct instant now)
{
    int status = EXIT_DONE;

    if (settings.learn != NULL && !k->unlearned)
        status = learn(a);
    try_save(k, a, now, true);
    return k->unkept || k->unlearned ? EXIT_SYSTEM : status;
}

void keep_close(struct keep *k)
{
    if (k->has_state)
        store_close(&k->state);
    buf_free(&k->text);
}
