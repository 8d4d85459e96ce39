#include "phase/resume.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "phase/resume_numbers.h"

/* Begins a member, or an element where KEY is NULL. */
static void put_key(struct buf *b, const char *key)
{
    char last = b->len > 0 ? b->bytes[b->len - 1] : '{';

    if (last != '{' && last != '[')
        buf_char(b, ',');
    if (key == NULL)
        return;
    json_put_string(b, key, strlen(key));
    buf_char(b, ':');
}

static void put_text(struct buf *b, const char *key, const char *text,
                     size_t len)
{
    put_key(b, key);
    json_put_string(b, text, len);
}

static void put_int(struct buf *b, const char *key, int64_t value)
{
    put_key(b, key);
    json_put_int(b, value);
}

static void put_since(struct buf *b, const char since[static CLOCK_TEXT])
{
    if (since[0] != '\0')
        put_text(b, "since", since, CLOCK_TEXT - 1);
}

/* Those numbers that are not what they are where they are not written. */
static void put_numbers(struct buf *b, const struct number *n,
                        const void *object)
{
    for (; n->name != NULL; n++) {
        int64_t value = number_get(n, object);

        if (value != n->absent)
            put_int(b, n->name, value);
    }
}

static void put_items(struct buf *b, const struct items *items)
{
    if (items->count == 0)
        return;
    put_key(b, "items");
    buf_char(b, '[');
    for (size_t i = 0; i < items->count; i++) {
        put_key(b, NULL);
        buf_char(b, '{');
        put_numbers(b, resume_item_numbers, &items->each[i]);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

static void *part_of(const struct resume_part *part, size_t phase)
{
    return (char *)part->first + phase * part->stride;
}

static bool has_seen(const int64_t *words, size_t count)
{
    bool seen = false;

    for (size_t i = 0; i < count; i++)
        seen |= words[i] != 0;
    return seen;
}

static bool can_be_put(const int64_t *words, size_t count)
{
    bool good = true;

    for (size_t i = 0; i < count; i++)
        good &= words[i] >= -RESUME_WORD_MAX && words[i] <= RESUME_WORD_MAX;
    return good;
}

/* A word of a part: as text where not all readers of JSON would agree. */
static void put_word(struct buf *b, int64_t word)
{
    bool quoted = word > COUNT_LARGEST || word < -COUNT_LARGEST;

    put_key(b, NULL);
    if (quoted)
        buf_char(b, '"');
    json_put_int(b, word);
    if (quoted)
        buf_char(b, '"');
}

static void put_part(struct buf *b, const struct resume_part *part,
                     const void *from, int64_t steady)
{
    int64_t words[RESUME_WORDS_MAX];

    memcpy(words, from, part->words * sizeof *words);
    if (!has_seen(words, part->words))
        return;
    if (part->move != NULL)
        part->move(words, -steady);
    if (!can_be_put(words, part->words))
        return;
    put_key(b, part->name);
    buf_char(b, '[');
    for (size_t i = 0; i < part->words; i++)
        put_word(b, words[i]);
    buf_char(b, ']');
}

static void put_parts(struct buf *b, const struct resume_part *parts,
                      size_t phase, int64_t steady)
{
    put_key(b, "parts");
    buf_char(b, '{');
    for (; parts->name != NULL; parts++)
        put_part(b, parts, part_of(parts, phase), steady);
    buf_char(b, '}');
}

static void put_phase(struct buf *b, const struct resume *r,
                      const struct line *line, size_t index, int64_t steady)
{
    const struct phase *phase = &r->plan->phases[index];

    put_key(b, NULL);
    buf_char(b, '{');
    put_text(b, "name", phase->name, phase->name_len);
    if (phase->deferred) {
        put_key(b, "deferred");
        JSON_LIT(b, "true");
    }
    put_numbers(b, resume_phase_numbers, phase);
    put_since(b, line->phases[index].since);
    put_items(b, &phase->items);
    put_parts(b, r->of_phases, index, steady);
    buf_char(b, '}');
}

static void put_action(struct buf *b, const struct resume *r,
                       const struct line *line, const struct action *a,
                       int64_t steady)
{
    put_key(b, NULL);
    buf_char(b, '{');
    if (a->name != NULL)
        put_text(b, "name", a->name, a->name_len);
    put_key(b, "phases");
    buf_char(b, '[');
    for (size_t i = 0; i < a->count + a->has_defer; i++)
        put_phase(b, r, line, a->first + i, steady);
    JSON_LIT(b, "]}");
}

/* WALL to the nanosecond, as clock_parse() reads it. */
static void put_wall(struct buf *b, int64_t wall)
{
    char text[CLOCK_TEXT + sizeof ".000000000"];
    size_t len = clock_format(wall, text) - 1; /* but the Z */

    len += (size_t)snprintf(text + len, sizeof text - len, ".%09dZ",
                            wall > 0 ? (int)(wall % CLOCK_SECOND) : 0);
    put_text(b, "saved", text, len);
}

bool resume_write(const struct resume *r, const struct line *line,
                  struct instant now, struct buf *b)
{
    buf_clear(b);
    buf_char(b, '{');
    put_text(b, "type", "state", 5);
    put_int(b, "version", RESUME_VERSION);
    put_wall(b, now.wall);
    if (r->identity != NULL)
        put_text(b, "identity", r->identity, strlen(r->identity));
    put_int(b, "percent", line->whole.percent);
    put_since(b, line->since);
    put_parts(b, r->of_whole, 0, now.steady);
    put_key(b, "actions");
    buf_char(b, '[');
    for (size_t i = 0; i < r->plan->action_count; i++)
        put_action(b, r, line, &r->plan->actions[i], now.steady);
    JSON_LIT(b, "]}\n");
    return !b->failed;
}
