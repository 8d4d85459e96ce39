/* Plans: ActionSets and Blueprints, JSON or YAML, with templates or without.
 * Of each that is taken there is a first line, which holds; read again, or
 * written as JSON, it is the same plan. */
#include "fuzz.h"
#include "phase/actionset.h"
#include "phase/agg.h"
#include "phase/explain.h"
#include "phase/manifest.h"
#include "phase/merge.h"
#include "phase/template.h"
#include "phase/text.h"

enum { TEXT_MAX = 16 * 1024 * 1024 };

static void check_percent_text(jv object, const char *key)
{
    jv text;

    if (!json_get_string(object, key, &text))
        return;
    MUST(percent_of_text(jv_string_value(text),
                         (size_t)jv_string_length_bytes(jv_copy(text))) <=
         PERCENT_WHOLE);
    jv_free(text);
}

static void check_line(const struct line *l)
{
    jv record = must_be_record(l->text.bytes, l->text.len);
    jv progress = json_get(record, "progress");
    struct buf text = BUF_INIT(TEXT_MAX);

    check_percent_text(progress, "percentCompleted");
    MUST(l->whole.percent >= 0 && l->whole.percent <= PERCENT_WHOLE);
    text_put(&text, l);
    explain_put(&text, l->plan);
    MUST(!text.failed && are_harmless_lines(text.bytes, text.len));
    buf_free(&text);
    jv_free(progress);
    jv_free(record);
}

/* The first line of the plan, if there can be one; takes P over. */
static bool first_line(struct plan *p, struct buf *line)
{
    struct agg a = { .plan = *p, .stall_after = CLOCK_SECOND };
    struct instant now = { INT64_C(1676897395) * CLOCK_SECOND, CLOCK_SECOND };
    bool good = target_find(&a.target, &a.plan, NULL, NULL);

    MUST(agg_prepare(&a));
    good = good && agg_open(&a, now);
    if (good) {
        check_line(&a.status.line);
        buf_add(line, a.status.line.text.bytes, a.status.line.text.len);
    }
    agg_close(&a);
    return good;
}

static bool read_plan(struct plan *p, struct input in,
                      const struct blueprints *b)
{
    bool good = actionset_read(p, in.at, in.left, b);

    MUST(good || p->why[0] != '\0');
    if (!good)
        plan_free(p);
    return good;
}

/* A later reading of the same changes nothing. */
static void check_merge(struct plan *p, struct input in,
                        const struct blueprints *b)
{
    struct whole before = whole_of(p);

    MUST(merge_actionset(p, in.at, in.left, b));
    MUST(whole_of(p).percent >= before.percent);
}

static void check_actionset(struct input in, const struct blueprints *b)
{
    struct buf line = BUF_INIT(TEXT_MAX), again = BUF_INIT(TEXT_MAX);
    struct plan p = { 0 }, other = { 0 };

    if (read_plan(&p, in, b)) {
        MUST(read_plan(&other, in, b));
        check_merge(&other, in, b);
        if (first_line(&p, &line)) {
            MUST(first_line(&other, &again));
            must_be_same(&line, &again);
        } else {
            plan_free(&other);
        }
    }
    buf_free(&line);
    buf_free(&again);
}

/* The same ActionSet as JSON is the same plan. */
static void check_as_json(struct input in)
{
    struct buf line = BUF_INIT(TEXT_MAX), again = BUF_INIT(TEXT_MAX);
    struct buf json = BUF_INIT(TEXT_MAX);
    struct manifest m;
    struct plan p = { 0 };

    if (manifest_read(&m, in.at, in.left, "ActionSet") &&
        jv_array_length(jv_copy(m.objects)) == 1 && read_plan(&p, in, NULL)) {
        jv object = jv_array_get(jv_copy(m.objects), 0);

        json_put_value(&json, object);
        jv_free(object);
        if (!json.failed && first_line(&p, &line)) {
            struct plan other = { 0 };

            MUST(read_plan(&other, (struct input){ json.bytes, json.len },
                           NULL));
            MUST(first_line(&other, &again));
            must_be_same(&line, &again);
        }
    }
    manifest_free(&m);
    buf_free(&line);
    buf_free(&again);
    buf_free(&json);
}

static void check_blueprint(struct input in, struct input actionset)
{
    struct buf line = BUF_INIT(TEXT_MAX);
    struct blueprints b;
    struct plan p = { 0 };

    if (blueprints_read(&b, in.at, in.left)) {
        if (blueprints_plan(&b, &p, NULL)) {
            (void)first_line(&p, &line);
        } else {
            MUST(p.why[0] != '\0');
            plan_free(&p);
        }
        check_actionset(actionset, &b);
    } else {
        MUST(b.why[0] != '\0');
    }
    blueprints_free(&b);
    buf_free(&line);
}

/* What hides templates keeps lines where they are, and hides all of them. */
static void check_templates(struct input in)
{
    struct buf hidden = BUF_INIT(TEXT_MAX), again = BUF_INIT(TEXT_MAX);
    size_t lines = 0, other = 0;

    template_hide(&hidden, in.at, in.left);
    MUST(!hidden.failed);
    for (size_t i = 0; i < in.left; i++)
        lines += in.at[i] == '\n';
    for (size_t i = 0; i < hidden.len; i++)
        other += hidden.bytes[i] == '\n';
    MUST(lines == other);
    buf_free(&hidden);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input in = input_of(bytes, len), first;
    unsigned how = input_byte(&in);

    switch (how & 3) {
    case 0:
        check_actionset(in, NULL);
        break;
    case 1:
        check_as_json(in);
        break;
    case 2:
        first = input_until(&in, '\x01');
        check_blueprint(first, in);
        break;
    default:
        check_templates(in);
    }
    return 0;
}
