#include "samples.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/msg.h"
#include "base/out.h"
#include "lines.h"

/* One sample on its way. */
struct trial {
    const char *name;
    struct lines lines;
    bool open, ended;
    jv records; /* that came and were not expected yet, an array */
    int line;   /* of the adapter's file, which is looked at */
    int wrong;
};

static void on_record(void *arg, const char *record, size_t len)
{
    struct trial *t = arg;

    t->records = jv_array_append(t->records, json_parse(record, len));
}

static void say(struct trial *t, const char *what, const char *text, size_t len)
{
    t->wrong++;
    msg_warn("%s: line %d: %s%.*s", t->name, t->line, what, (int)len, text);
}

/* Whether GOT has all members of WANTED. */
static bool agrees(jv wanted, jv got)
{
    bool same = jv_get_kind(wanted) == JV_KIND_OBJECT;

    for (int i = jv_object_iter(wanted);
         same && jv_object_iter_valid(wanted, i);
         i = jv_object_iter_next(wanted, i)) {
        jv key = jv_object_iter_key(wanted, i);

        same = jv_equal(json_get(got, jv_string_value(key)),
                        jv_object_iter_value(wanted, i));
        jv_free(key);
    }
    return same;
}

/* Gives the lines one; whether it was understood. */
static bool give(struct trial *t, struct text text)
{
    struct record piece = {
        .text = (char *)text.at, .len = text.len, .before = '\n', .after = '\n'
    };
    uint64_t before = t->lines.recognised;

    if (t->ended)
        say(t, "a line behind the result", "", 0);
    lines_piece(&t->lines, &piece);
    return t->lines.recognised > before;
}

static void end_run(struct trial *t)
{
    if (!t->ended)
        adapted_end(&t->lines.run);
    t->ended = true;
}

/* Takes the next record, which must be TEXT. */
static void expect(struct trial *t, struct text text)
{
    jv wanted = json_parse(text.at, text.len), got;
    int count = jv_array_length(jv_copy(t->records));
    struct buf b = BUF_INIT(64 * 1024);

    if (count == 0)
        end_run(t);
    got = jv_array_get(jv_copy(t->records), 0);
    count = jv_array_length(jv_copy(t->records));
    t->records = jv_array_slice(t->records, count > 0, count);
    if (jv_get_kind(wanted) != JV_KIND_OBJECT) {
        say(t, "this is no JSON object", "", 0);
    } else if (!jv_is_valid(got)) {
        say(t, "no record came", "", 0);
    } else if (!agrees(wanted, got)) {
        json_put_value(&b, got);
        say(t, "what came is ", b.bytes, b.len);
    }
    buf_free(&b);
    jv_free(wanted);
    jv_free(got);
}

/* What came and nobody expected; the result need not be. */
static void finish(struct trial *t)
{
    int count = t->open ? jv_array_length(jv_copy(t->records)) : 0;

    if (count > 0)
        say(t, "more records came than are in the sample", "", 0);
    if (t->open) {
        jv_free(t->records);
        lines_free(&t->lines);
    }
    t->open = false;
}

static void begin(struct trial *t, const struct sample *s,
                  struct adapter *adapter, struct box *box)
{
    finish(t);
    lines_init(&t->lines, adapter, box);
    t->lines.run.total = s->total;
    t->lines.run.emit = on_record;
    t->lines.run.arg = t;
    t->records = jv_array();
    t->open = true;
    t->ended = false;
}

int samples_run(const char *name, struct adapter *adapter, struct box *box)
{
    struct trial t = { .name = name };
    int count = 0, lines = 0;
    char text[256];
    int n;

    for (size_t i = 0; i < adapter->sample_count; i++) {
        const struct sample *s = &adapter->samples[i];

        t.line = s->line;
        if (s->kind == 's') {
            begin(&t, s, adapter, box);
            count++;
        } else if (s->kind == '>') {
            expect(&t, s->text);
        } else {
            lines++;
            if (give(&t, s->text) == (s->kind == '<'))
                continue;
            if (t.lines.why[0] != '\0')
                say(&t, "it is not understood: jq: ", t.lines.why,
                    strlen(t.lines.why));
            else
                say(&t,
                    s->kind == '<' ? "it is not understood"
                                   : "it is understood",
                    "", 0);
        }
    }
    finish(&t);
    if (count == 0)
        return msg_fatal(EXIT_DATA, "%s has no samples", name);
    if (box != NULL && box->deaths > 0)
        return msg_fatal(EXIT_DATA, "%s: its jq program was ended: %s", name,
                         box->why);
    if (t.wrong > 0) /* unless that is where nothing was wrong with it */
        return memory_missed() ? EXIT_SYSTEM : EXIT_DATA;
    n = snprintf(text, sizeof text, "%s: ok, samples: %d, lines: %d\n", name,
                 count, lines);
    if (n > 0 &&
        !write_all(STDOUT_FILENO, text,
                   (size_t)n < sizeof text ? (size_t)n : sizeof text - 1))
        return msg_fatal_sys("unable to write standard output");
    return EXIT_DONE;
}
