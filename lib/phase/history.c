#include "phase/history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct history_key history_key_of(const struct plan *plan,
                                  const struct phase *phase)
{
    size_t index = (size_t)(phase - plan->phases);
    const struct action *a = plan->actions;
    size_t length;

    while (index >= a->first + a->count + a->has_defer)
        a++;
    length = a->blueprint != NULL ? strlen(a->blueprint) : 0;
    return (struct history_key){
        { [HISTORY_BLUEPRINT] = { a->blueprint, length },
          [HISTORY_ACTION] = { a->name, a->name_len },
          [HISTORY_PHASE] = { phase->name, phase->name_len } }
    };
}

static bool has_key(const struct history_entry *e,
                    const struct history_key *key)
{
    const char *at = e->text;

    for (int i = 0; i < HISTORY_NAMES; i++) {
        const struct scan_word *name = &key->names[i];

        if (e->lens[i] != name->len ||
            (name->len > 0 && memcmp(at, name->text, name->len) != 0))
            return false;
        at += name->len;
    }
    return true;
}

/* The index of the entry of KEY; the count where there is none. */
static size_t find(const struct history *h, const struct history_key *key)
{
    size_t i = 0;

    while (i < h->count && !has_key(&h->entries[i], key))
        i++;
    return i;
}

static bool fill(struct history_entry *e, const struct history_key *key)
{
    size_t len = 0;

    *e = (struct history_entry){ 0 };
    for (int i = 0; i < HISTORY_NAMES; i++) {
        e->lens[i] = key->names[i].len;
        len += e->lens[i];
    }
    e->text = malloc(len);
    if (e->text == NULL)
        return false;
    len = 0;
    for (int i = 0; i < HISTORY_NAMES; i++) {
        if (e->lens[i] > 0)
            memcpy(e->text + len, key->names[i].text, e->lens[i]);
        len += e->lens[i];
    }
    return true;
}

/* Takes out the entry at INDEX; its text goes with it. */
static struct history_entry take_out(struct history *h, size_t index)
{
    struct history_entry *at = &h->entries[index], taken = *at;

    h->count--;
    memmove(at, at + 1, (h->count - index) * sizeof *at);
    return taken;
}

static void add_run(struct history_entry *e, struct history_run run)
{
    if (e->count == HISTORY_RUNS) {
        e->count--;
        memmove(e->runs, e->runs + 1, e->count * sizeof *e->runs);
    }
    if (run.ms > HISTORY_MS_MAX)
        run.ms = HISTORY_MS_MAX;
    if (run.bytes < 0 || run.bytes > COUNT_LARGEST)
        run.bytes = COUNT_UNKNOWN;
    e->runs[e->count++] = run;
}

static bool can_be_kept(const struct history_key *key)
{
    for (int i = 0; i < HISTORY_NAMES; i++)
        if (key->names[i].len > PLAN_NAME_MAX)
            return false;
    return key->names[HISTORY_PHASE].len > 0;
}

bool history_add(struct history *h, const struct history_key *key,
                 struct history_run run)
{
    struct history_entry entry;
    size_t index;

    if (run.ms < 0 || !can_be_kept(key))
        return true;
    errno = ENOMEM;
    if (h->entries == NULL)
        h->entries = calloc(HISTORY_ENTRIES, sizeof *h->entries);
    if (h->entries == NULL)
        return false;
    index = find(h, key);
    if (index < h->count)
        entry = take_out(h, index);
    else if (!fill(&entry, key))
        return false;
    if (h->count == HISTORY_ENTRIES)
        free(take_out(h, 0).text);
    add_run(&entry, run);
    h->entries[h->count++] = entry;
    return true;
}

static int ascending(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* The median of COUNT values, which it sorts; of an even number the mean of
 * the two in the middle. */
static int64_t median(int64_t *values, size_t count)
{
    int64_t low, high;

    if (count == 0)
        return COUNT_UNKNOWN;
    qsort(values, count, sizeof *values, ascending);
    low = values[(count - 1) / 2];
    high = values[count / 2];
    return low + (high - low) / 2;
}

/* Bytes a second; what is slower than one counts as one. */
static int64_t rate_of(const struct history_run *run)
{
    int64_t rate = run->bytes * 1000 / (run->ms > 0 ? run->ms : 1);

    return rate > 0 ? rate : 1;
}

static struct typical typical_of(const struct history_entry *e)
{
    int64_t ms[HISTORY_RUNS], bytes[HISTORY_RUNS], rates[HISTORY_RUNS];
    size_t known = 0, moved = 0;

    for (size_t i = 0; i < e->count; i++) {
        const struct history_run *run = &e->runs[i];

        ms[i] = run->ms;
        if (run->bytes >= 0)
            bytes[known++] = run->bytes;
        if (run->bytes > 0)
            rates[moved++] = rate_of(run);
    }
    return (struct typical){ .ms = median(ms, e->count),
                             .bytes = median(bytes, known),
                             .rate = median(rates, moved) };
}

struct typical *history_of_plan(const struct history *h,
                                const struct plan *plan)
{
    static const struct typical unknown = { COUNT_UNKNOWN, COUNT_UNKNOWN,
                                            COUNT_UNKNOWN };
    struct typical *all = calloc(plan->phase_count, sizeof *all);

    for (size_t i = 0; all != NULL && i < plan->phase_count; i++) {
        struct history_key key = history_key_of(plan, &plan->phases[i]);
        size_t index = find(h, &key);

        all[i] = index < h->count ? typical_of(&h->entries[index]) : unknown;
    }
    return all;
}

int64_t history_total(const struct progress *progress)
{
    int64_t upload = progress->sizes[SIZE_UPLOAD_ESTIMATE];

    return upload >= 0 ? upload : progress->sizes[SIZE_DOWNLOAD_ESTIMATE];
}

int64_t history_expect(const struct typical *typical, int64_t total)
{
    int64_t ms = typical->ms;

    if (ms < 0)
        return COUNT_UNKNOWN;
    if (total > 0 && typical->rate > 0)
        ms = total * 1000 / typical->rate;
    if (ms > HISTORY_MS_MAX)
        return HISTORY_MS_MAX;
    return ms > 0 ? ms : 1;
}

static int64_t expect(const struct typical *typical, const struct plan *plan,
                      size_t index)
{
    return history_expect(&typical[index],
                          history_total(&plan->phases[index].progress));
}

bool history_weigh(const struct typical *typical, struct plan *plan)
{
    int64_t sum = 0, known = 0;

    for (size_t i = 0; i < plan->phase_count; i++)
        if (!plan->phases[i].deferred && typical[i].ms >= 0) {
            sum += expect(typical, plan, i);
            known++;
        }
    for (size_t i = 0; known > 0 && i < plan->phase_count; i++)
        plan->phases[i].weight =
            typical[i].ms >= 0 ? expect(typical, plan, i) : sum / known;
    plan->weighted |= known > 0;
    return known > 0;
}

void history_free(struct history *h)
{
    for (size_t i = 0; i < h->count; i++)
        free(h->entries[i].text);
    free(h->entries);
    h->entries = NULL;
    h->count = 0;
}
