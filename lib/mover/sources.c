#include "mover/sources.h"

#include <stdlib.h>

#include "base/memory.h"

/* FNV-1a.  Two names that collide are taken for one source, which at worst
 * gives the end of the one to the other. */
static uint64_t hash(struct text name)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < name.len; i++)
        h = (h ^ (unsigned char)name.at[i]) * UINT64_C(1099511628211);
    return h;
}

/* Whether there is room for one more name. */
static bool make_room(struct sources *s)
{
    int64_t room = s->room > 0 ? 2 * s->room : 16;
    struct source_end *grown;

    if (s->known < s->room)
        return true;
    if (room > SOURCES_KNOWN || s->known < s->count)
        return false;
    grown = realloc(s->of, (size_t)room * sizeof *grown);
    if (grown == NULL) {
        memory_miss();
        return false;
    }
    s->of = grown;
    s->room = room;
    return true;
}

int64_t sources_add(struct sources *s, struct text name, bool announced)
{
    if (make_room(s))
        s->of[s->known++] = (struct source_end){ .name = hash(name),
                                                 .state = STATE_UNKNOWN,
                                                 .announced = announced };
    return s->count++;
}

int64_t sources_find(const struct sources *s, struct text name)
{
    uint64_t wanted = hash(name);

    for (int64_t i = s->known; i-- > 0;)
        if (s->of[i].name == wanted)
            return i;
    return -1;
}

struct source_end *sources_at(const struct sources *s, int64_t index)
{
    return index >= 0 && index < s->known ? &s->of[index] : NULL;
}

void sources_settle(struct sources *s, int64_t index, enum state state)
{
    struct source_end *end = sources_at(s, index);

    if (end != NULL)
        end->state = state;
    else if (index >= 0)
        s->worst = state_worse(s->worst, state);
}

enum state state_worse(enum state a, enum state b)
{
    static const int rank[] = {
        [STATE_UNCHANGED] = 0, [STATE_COMPLETE] = 1,  [STATE_PARTIAL] = 2,
        [STATE_UNKNOWN] = 3,   [STATE_CANCELLED] = 4, [STATE_FAILED] = 5,
    };

    return rank[a] > rank[b] ? a : b;
}

enum state sources_worst(const struct sources *s)
{
    enum state worst = s->worst;

    for (int64_t i = 0; i < s->known; i++)
        worst = state_worse(worst, s->of[i].state);
    return worst;
}

void sources_free(struct sources *s)
{
    free(s->of);
    *s = SOURCES_INIT;
}
