#include "view/told.h"

#include <string.h>

#include "view/rows.h"

enum { TENTH = 1000 }; /* of 100.00 */

static int64_t tenth_of(const struct viewed *v)
{
    return v->whole.percent >= 0 ? v->whole.percent / TENTH : -1;
}

bool told_due(const struct board_entry *e)
{
    if (!e->begun || e->told != e->v.state || e->tenth != tenth_of(&e->v) ||
        e->v.deleted)
        return e->moved;
    for (size_t i = 0; i < e->v.phase_count; i++)
        if (e->phases[i].told != e->v.phases[i].state)
            return true;
    return false;
}

static void put_name(struct pen *p, struct viewed_text text)
{
    (void)pen_text(p, text.bytes, text.len, SIZE_MAX);
}

static void put_part(struct pen *p, const char *text)
{
    if (text[0] == '\0')
        return;
    pen_word(p, ", ");
    pen_word(p, text);
}

/* What there is to say of a phase that runs. */
static void put_running(struct pen *p, const struct board_entry *e, size_t i)
{
    const struct viewed_phase *phase = &e->v.phases[i];
    char percent[16], bytes[64], rate[32], left[32];

    rows_bytes(&phase->progress, bytes);
    rows_rate(board_rate(e, i), rate);
    rows_left(viewed_seconds(&e->v, phase), left);
    if (phase->progress.percent >= 0) {
        rows_percent(phase->progress.percent, percent);
        pen_word(p, " ");
        pen_word(p, percent);
    }
    put_part(p, bytes);
    put_part(p, rate);
    if (e->v.verdict != VIEWED_STALLED)
        put_part(p, left);
}

static void put_phase(struct pen *p, const struct board_entry *e, size_t i)
{
    const struct viewed_phase *phase = &e->v.phases[i];

    put_name(p, phase->name);
    if (phase->state == VIEWED_RUNNING) {
        put_running(p, e, i);
        return;
    }
    pen_word(p, " ");
    if (phase->state == VIEWED_OTHER)
        put_name(p, phase->state_text);
    else
        pen_word(p, rows_state(phase->state));
    if (phase->state == VIEWED_FAILED && phase->progress.percent >= 0) {
        char percent[16];

        rows_percent(phase->progress.percent, percent);
        pen_word(p, " at ");
        pen_word(p, percent);
    }
}

static void put_remarks(struct pen *p, const struct viewed *v)
{
    struct viewed_text doubt = viewed_doubt(v);
    char left[32];

    rows_left(v->left.seconds, left);
    if (v->state == VIEWED_RUNNING && v->verdict >= VIEWED_SLOW)
        pen_word(p, v->verdict == VIEWED_SLOW ? "  (slow)" : "  (stalled)");
    else if (v->state == VIEWED_RUNNING && left[0] != '\0') {
        pen_word(p, "  (all: ");
        pen_word(p, left);
        pen_word(p, ")");
    }
    if (v->error.len > 0) {
        pen_word(p, "  error: ");
        put_name(p, v->error);
    }
    if (doubt.len > 0) {
        pen_word(p, "  the mover says: ");
        put_name(p, doubt);
    }
    if (v->deleted)
        pen_word(p, "  deleted");
}

void told_put(struct buf *b, struct board_entry *e)
{
    struct pen p = { .b = b };
    const struct viewed *v = &e->v;
    const char *between = "  ";
    char percent[16];

    if (v->name.len > 0) {
        put_name(&p, v->name);
        pen_word(&p, "  ");
    }
    rows_percent(v->whole.percent, percent);
    pen_right(&p, percent, sizeof "100.00%" - 1);
    pen_word(&p, "  ");
    if (v->state == VIEWED_OTHER)
        put_name(&p, v->state_text);
    else
        pen_word(&p, rows_state(v->state));
    for (size_t i = 0; i < v->phase_count; i++) {
        bool changed = e->phases[i].told != v->phases[i].state;

        e->phases[i].told = v->phases[i].state;
        if (v->phases[i].state != VIEWED_RUNNING && !changed)
            continue;
        pen_word(&p, between);
        put_phase(&p, e, i);
        between = "; ";
    }
    put_remarks(&p, v);
    buf_char(b, '\n');
    e->begun = true;
    e->moved = false;
    e->told = v->state;
    e->tenth = tenth_of(v);
}

/* FNV-1a (draft-eastlake-fnv-17). */
static void mix(uint64_t *hash, unsigned char c)
{
    *hash = (*hash ^ c) * UINT64_C(1099511628211);
}

uint64_t told_glance(const char *text, size_t len)
{
    static const char state[] = "\"state\":",
                      percent[] = "\"percentCompleted\":";
    uint64_t hash = UINT64_C(14695981039346656037);
    const char *end = text + len, *at = text;

    while ((at = memmem(at, (size_t)(end - at), state, sizeof state - 1)) !=
           NULL) {
        at += sizeof state - 1;
        for (size_t i = 0; i < 4 && at < end; i++) /* "f, "ru... */
            mix(&hash, (unsigned char)*at++);
    }
    at = memmem(text, len, percent, sizeof percent - 1);
    if (at == NULL)
        return hash;
    /* "43.33": all but the last digit before the point, "43": all */
    at += sizeof percent - 1;
    for (int i = 0; i < 6 && at + 1 < end && at[1] != '.'; i++)
        mix(&hash, (unsigned char)*at++);
    return hash;
}
