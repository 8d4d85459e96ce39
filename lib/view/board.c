#include "view/board.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_same(const struct viewed *a, const struct viewed *b)
{
    if (a->uid.len > 0 || b->uid.len > 0)
        return viewed_same(a->uid, b->uid);
    return viewed_same(a->name, b->name) &&
           viewed_same(a->namespace_, b->namespace_);
}

static struct board_entry *find(struct board *b, const struct viewed *v)
{
    for (size_t i = 0; i < b->count; i++)
        if (is_same(&b->entries[i].v, v))
            return &b->entries[i];
    return NULL;
}

/* Who watches a namespace for weeks sees more than there is room for: what has
 * ended goes first. */
static void make_room(struct board *b)
{
    for (size_t i = 0; i < b->count && b->count == BOARD_MAX; i++)
        if (viewed_final(&b->entries[i].v))
            board_forget(b, i);
}

static struct board_entry *add(struct board *b)
{
    make_room(b);
    if (b->count == BOARD_MAX) {
        b->dropped++;
        errno = 0;
        return NULL;
    }
    if (b->count == b->room) {
        size_t room = b->room > 0 ? 2 * b->room : 4;
        struct board_entry *more = reallocarray(b->entries, room, sizeof *more);

        if (more == NULL)
            return NULL;
        b->entries = more;
        b->room = room;
    }
    b->entries[b->count] = (struct board_entry){ 0 };
    b->entries[b->count].v.root = jv_null();
    b->entries[b->count].v.annotation = jv_null();
    return &b->entries[b->count++];
}

/* Phases are the same by place and name: those of another plan begin anew. */
static void carry_over(struct board_phase *to, const struct viewed *v,
                       const struct board_entry *old)
{
    for (size_t i = 0; i < v->phase_count; i++) {
        const struct viewed_progress *p = &v->phases[i].progress;
        int64_t moved, total;

        if (i < old->v.phase_count &&
            viewed_same(v->phases[i].name, old->v.phases[i].name))
            to[i] = old->phases[i];
        if (v->phases[i].state == VIEWED_RUNNING &&
            viewed_bytes(p, &moved, &total))
            rate_add(&to[i].rate, p->since, moved);
    }
}

struct board_entry *board_take(struct board *b, struct viewed *v)
{
    struct board_phase *phases = calloc(v->phase_count + 1, sizeof *phases);
    struct board_entry *e = phases != NULL ? find(b, v) : NULL;

    if (phases != NULL && e == NULL)
        e = add(b);
    if (e == NULL) {
        int kept = errno;

        free(phases);
        viewed_free(v);
        errno = kept;
        return NULL;
    }
    carry_over(phases, v, e);
    free(e->phases);
    viewed_free(&e->v);
    e->v = *v;
    e->phases = phases;
    e->moved = true;
    return e;
}

void board_forget(struct board *b, size_t index)
{
    struct board_entry *e = &b->entries[index];

    free(e->phases);
    viewed_free(&e->v);
    b->count--;
    memmove(e, e + 1, (b->count - index) * sizeof *e);
}

bool board_final(const struct board *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (!viewed_final(&b->entries[i].v))
            return false;
    return b->count > 0;
}

bool board_complete(const struct board *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->entries[i].v.state != VIEWED_DONE)
            return false;
    return b->count > 0;
}

int64_t board_percent(const struct board *b)
{
    int64_t sum = 0;
    bool known = false;

    for (size_t i = 0; i < b->count; i++)
        if (b->entries[i].v.whole.percent >= 0) {
            sum += b->entries[i].v.whole.percent;
            known = true;
        }
    return known ? sum / (int64_t)b->count : VIEWED_UNKNOWN;
}

int64_t board_rate(const struct board_entry *e, size_t phase)
{
    if (e->v.phases[phase].state != VIEWED_RUNNING ||
        e->v.verdict == VIEWED_STALLED)
        return -1;
    return rate_value(&e->phases[phase].rate);
}

void board_free(struct board *b)
{
    for (size_t i = 0; i < b->count; i++) {
        free(b->entries[i].phases);
        viewed_free(&b->entries[i].v);
    }
    free(b->entries);
    *b = (struct board){ 0 };
}
