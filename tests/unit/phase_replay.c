/*
 * The same records give the same lines, byte for byte: again, in another
 * spelling, and, as far as they are of different phases, in another order.
 */
#include <malloc.h>

#include "desk.h"

enum { CASES = 10000, RECORDS = 24, TEXT_MAX = 4 * 1024 * 1024 };

static void add_line(struct desk *d, struct buf *lines)
{
    const struct buf *text = &d->agg.status.line.text;

    HOLDS(!text->failed);
    buf_add(lines, text->bytes, text->len);
    HOLDS(!lines->failed);
}

/* TEXT with blanks where they may be, and letters as escapes. */
static void respell(const char *text, char other[8 * RECORD_MAX])
{
    bool quoted = false;

    for (; *text != '\0'; text++) {
        if (quoted && *text != '"' && any(8) == 0) {
            other += snprintf(other, 7, "\\u%04x", (unsigned char)*text);
            continue;
        }
        *other++ = *text;
        quoted ^= *text == '"';
        if (!quoted && any(2) && strchr("{:,\"", *text) != NULL)
            *other++ = " \t"[any(2)];
    }
    *other = '\0';
}

/* The lines of the case at hand; the OTHER way round its records are spelt in
 * other words. */
static void put_lines(struct buf *lines, bool other)
{
    static struct desk d;

    buf_clear(lines);
    desk_open(&d);
    add_line(&d, lines);
    random_begin(2);
    for (int i = any(RECORDS); i >= 0; i--) {
        char record[RECORD_MAX], spelt[8 * RECORD_MAX];
        uint64_t kept;

        desk_pass(&d, true);
        if (agg_tick(&d.agg, d.now) == AGG_DUE)
            add_line(&d, lines);
        desk_any_record(&d, record);
        kept = random_state;
        respell(record, spelt);
        random_state = kept;
        if (desk_say(&d, other ? spelt : record))
            add_line(&d, lines);
    }
    agg_close(&d.agg);
}

static struct buf lines[2] = { BUF_INIT(TEXT_MAX), BUF_INIT(TEXT_MAX) };

static void assert_same_lines(void)
{
    HOLDS(lines[0].len == lines[1].len);
    HOLDS(memcmp(lines[0].bytes, lines[1].bytes, lines[0].len) == 0);
}

/* What new memory has in it, where that can be said. */
static void fill_memory(int with)
{
#ifdef M_PERTURB
    mallopt(M_PERTURB, with);
#else
    (void)with;
#endif
}

static void one_replay(void)
{
    fill_memory(0x55); /* what was not set is another thing then */
    put_lines(&lines[0], false);
    fill_memory(0xaa);
    put_lines(&lines[1], false);
    assert_same_lines();
    put_lines(&lines[1], true);
    assert_same_lines();
}

static void a_replay_is_byte_equal(void **state)
{
    (void)state;
    random_cases(CASES, one_replay);
    fill_memory(0);
    buf_free(&lines[0]);
    buf_free(&lines[1]);
}

struct entry {
    int phase;
    char record[RECORD_MAX];
};

/* A record of any phase, which it names by its action. */
static void say_of_any(struct desk *d, struct entry *s)
{
    int len = desk_record(d, s->record), action = d->actions - 1, at;

    s->phase = any((int)d->count);
    while (d->first[action] > s->phase)
        action--;
    at = s->phase - d->first[action];
    len += snprintf(s->record + len, RECORD_MAX - (size_t)len,
                    ",\"action\":%d,\"phase\":", action);
    snprintf(s->record + len, RECORD_MAX - (size_t)len,
             d->deferred[s->phase] ? "\"late\"}"
             : any(2)              ? "%d}"
                                   : "\"p%d\"}",
             at);
}

/* Another order, but for the records of the same phase. */
static void reorder(struct entry *records, int count)
{
    for (int round = 0; round < 4 * count; round++) {
        int i = any(count - 1);
        struct entry kept = records[i];

        if (kept.phase == records[i + 1].phase)
            continue;
        records[i] = records[i + 1];
        records[i + 1] = kept;
    }
}

/* The line that they all end in, at the same time. */
static void put_end(struct buf *line, const struct entry *records, int count)
{
    static struct desk d;

    buf_clear(line);
    desk_open(&d);
    for (int i = 0; i < count; i++)
        (void)desk_say(&d, records[i].record);
    add_line(&d, line);
    agg_close(&d.agg);
}

static void one_order(void)
{
    static struct entry records[RECORDS];
    static struct desk d;
    int count = 2 + any(RECORDS - 1);

    desk_make(&d);
    random_begin(2);
    for (int i = 0; i < count; i++)
        say_of_any(&d, &records[i]);
    agg_close(&d.agg);
    put_end(&lines[0], records, count);
    reorder(records, count);
    put_end(&lines[1], records, count);
    assert_same_lines();
}

static void the_order_between_phases_does_not_matter(void **state)
{
    (void)state;
    random_cases(5 * CASES, one_order);
    buf_free(&lines[0]);
    buf_free(&lines[1]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replay_is_byte_equal),
        cmocka_unit_test(the_order_between_phases_does_not_matter),
    };

    if (!random_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
