/* A status line and an ActionSet as they come: the patch that is made of them
 * applies to that object, changes nothing that is not ours, and never lets a
 * percentage fall. */
#include "../unit/patched.h"
#include "fuzz.h"
#include "kube/status.h"
#include "kube/writer.h"

/* A percentage that is shown is one. */
static bool check_status(struct input line)
{
    char percent[STATUS_PERCENT];
    bool good = status_good(line.at, line.left);
    int64_t hundredths = -1;

    if (good && status_percent(line.at, line.left, percent))
        MUST(num_decimal(percent, strlen(percent), 100, &hundredths) &&
             is_harmless(percent, strlen(percent)));
    return good;
}

static void check_merged(const struct merged *m, const struct object *o)
{
    MUST(m->whole.percent >= 0 && m->whole.percent <= VIEW_COMPLETE);
    for (size_t i = 0; i < o->view.phase_count; i++) {
        const struct view_phase *phase = &o->view.phases[i];
        int64_t percent = m->phases[i].progress.percent;

        MUST(percent <= VIEW_COMPLETE && percent >= VIEW_UNKNOWN);
        if (m->phases[i].ours && phase->progress.percent < VIEW_COMPLETE)
            MUST(percent >= phase->progress.percent);
    }
}

/* A patch is JSON, in one line.  It spells strings as Go does, which leaves DEL
 * and C1 as they are. */
static void must_be_patch(const struct buf *patch)
{
    jv operations = json_parse(patch->bytes, patch->len);

    MUST(jv_get_kind(operations) == JV_KIND_ARRAY);
    MUST(memchr(patch->bytes, '\n', patch->len) == NULL);
    jv_free(operations);
}

static void check_patch(jv object, const struct object *o, struct input line,
                        unsigned parts)
{
    struct buf b = BUF_INIT(PATCH_MAX);
    bool added = false;
    struct merged m;
    struct view v;
    enum merge_outcome outcome;

    if (!view_read(&v, json_parse(line.at, line.left))) {
        view_free(&v);
        return;
    }
    outcome = merge(&m, o, &v);
    if (outcome == MERGE_MISFIT || outcome == MERGE_EARLY)
        MUST(m.why[0] != '\0');
    if (outcome == MERGE_OURS) {
        jv after = jv_copy(object);

        check_merged(&m, o);
        patch_put(&b, parts, &m, o, &v);
        MUST(!b.failed);
        must_be_patch(&b);
        if (jsonpatch_apply(&after, &b, check_path, &added)) {
            MUST(added);
            check_result(after, parts, &m, o);
            MUST(jv_equal(without_ours(after, parts, &m, o),
                          without_ours(jv_copy(object), parts, &m, o)));
        } else { /* every object that runs has one */
            MUST(o->view.state != STATE_RUNNING || o->uid.len == 0);
            jv_free(after);
        }
    }
    merge_free(&m);
    view_free(&v);
    buf_free(&b);
}

/* The same two by way of the writer, which is to come to its end. */
static void check_writer(struct input text, struct input line, unsigned parts)
{
    const struct writer_settings settings = { .parts = parts,
                                              .interval = CLOCK_SECOND,
                                              .budget = 100 * CLOCK_SECOND };
    int64_t now = CLOCK_SECOND;
    struct writer w;
    int steps = 0;

    MUST(writer_open(&w, &settings, status_good));
    writer_sample(&w, line.at, line.left);
    writer_end(&w, now);
    for (struct writer_step step; steps < 10000; steps++) {
        step = writer_next(&w, now);
        if (step.act == WRITER_FINISHED)
            break;
        if (step.act == WRITER_WAIT) {
            MUST(step.wait > 0 && step.wait <= settings.budget);
            now += step.wait;
        } else if (step.act == WRITER_DISCOVER) {
            writer_discovered(&w, true, false);
        } else if (step.act == WRITER_LOOK) {
            if (!writer_looked(&w, text.at, text.left, now))
                writer_failed(&w, true, now, CLOCK_SECOND);
        } else {
            must_be_patch(step.body);
            writer_patched(&w, 0, now, CLOCK_SECOND);
        }
    }
    MUST(steps < 10000);
    writer_close(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input in = input_of(bytes, len), text;
    unsigned parts = 1 + input_byte(&in) % 7;
    struct object o;
    jv object;

    text = input_until(&in, '\n');
    if (in.left > REC_CEILING || !check_status(in))
        return 0;
    if (object_read(&o, text.at, text.left) == OBJECT_READ) {
        object = json_parse(text.at, text.left);
        check_patch(object, &o, in, parts);
        jv_free(object);
    }
    object_free(&o);
    check_writer(text, in, parts);
    return 0;
}
