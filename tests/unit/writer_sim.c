/* Writers beside a controller, for as many actions as there are seeds: what
 * must hold holds in all of them. */
#include "cluster.h"

enum { RUNS = 5000 };

static struct {
    int64_t runs, lines, looks, patches, applied, clean, early, over, waiting;
} sums[3]; /* the usual, others without faults, and with */

static void sim_object(struct sim *m)
{
    struct buf actions = BUF_INIT(1024), text = BUF_INIT(1 << 16);
    struct actionset set = { .state = "pending", .annotations = any(2) };

    for (int i = 0; i < m->action_count; i++) {
        const struct sim_action *a = &m->actions[i];

        put_text(&actions, "%s%s/", i > 0 ? "|" : "", i > 0 ? "two" : "one");
        for (int j = 0; j < a->count; j++)
            put_text(&actions, "%s%s:p", j > 0 ? "," : "", sim_names(i, j));
        if (a->deferred)
            put_text(&actions, ",~%s:p", sim_names(i, SIM_PHASES));
    }
    buf_char(&actions, '\0');
    set.actions = actions.bytes;
    put_actionset(&text, &set);
    m->object = json_parse(text.bytes, text.len);
    buf_free(&actions);
    buf_free(&text);
}

static void open_writer(struct sim *m, int i)
{
    static const unsigned parts[] = { PATCH_TOP | PATCH_ANNOTATION,
                                      PATCH_TOP | PATCH_ANNOTATION,
                                      PATCH_TOP | PATCH_ANNOTATION,
                                      PATCH_TOP | PATCH_PHASES |
                                          PATCH_ANNOTATION };
    unsigned now = parts[any(4)];
    const struct writer_settings settings = {
        .parts = now,
        .choose = (now & PATCH_PHASES) == 0,
        .looks_always = any(4) == 0,
        .interval = any(3) ? INTERVAL : (1 + any(30)) * S,
        .budget = BUDGET,
    };
    struct sim_writer *w = &m->writers[i];

    *w = (struct sim_writer){ .action = m->writer_count > 1 ? i : -1,
                              .lag = any(4000) * MS - S,
                              .asks_well = any(4) > 0,
                              .says_version = any(4) > 0,
                              .every = (200 + any(3000)) * MS,
                              .reply_at = NEVER,
                              .reach_at = NEVER,
                              .looked = jv_invalid() };
    w->next_line = m->now + any(3000) * MS;
    server_open(&w->s, &settings);
}

static void open_sim(struct sim *m)
{
    *m = (struct sim){ .now = 1000 * S, .version = 1, .before = jv_null() };
    m->faults = any(2);
    m->trackers = any(4) > 0;
    m->document = any(5) == 0;
    m->subresource = any(5) == 0;
    m->action_count = 1 + (any(3) == 0);
    m->writer_count = m->action_count > 1 && any(2) ? 2 : 1;
    m->read_at = NEVER;
    m->start_at = m->now + any(any(2) ? 500 : 20000) * MS;
    for (int i = 0; i < m->action_count; i++) {
        struct sim_action *a = &m->actions[i];

        a->count = 1 + any(SIM_PHASES);
        a->deferred = any(3) == 0;
        a->next = NEVER;
        for (int j = 0; j <= a->count; j++) {
            a->phases[j].takes = (500 + any(any(2) ? 8000 : 90000)) * MS;
            a->phases[j].tick = NEVER;
            a->phases[j].fails = j < a->count && any(20) == 0;
        }
    }
    sim_object(m);
    for (int i = 0; i < m->writer_count; i++)
        open_writer(m, i);
}

static void close_sim(struct sim *m)
{
    for (int i = 0; i < m->writer_count; i++) {
        jv_free(m->writers[i].looked);
        server_close(&m->writers[i].s);
    }
    jv_free(m->object);
    jv_free(m->before);
}

/* --- what must hold */

/* The object, without what is ours to write. */
static jv foreign_part(const struct sim *m)
{
    static const char *const top[] = { "percentCompleted", "sizeUploadedB",
                                       "lastTransitionTime" };
    jv status = json_get(m->object, "status"), actions, progress;
    jv metadata = json_get(m->object, "metadata"), notes;

    progress = json_get(status, "progress");
    for (size_t i = 0; i < COUNT(top); i++)
        progress = jv_object_delete(progress, jv_string(top[i]));
    status = jv_object_set(status, jv_string("progress"), progress);
    actions = json_get(status, "actions");
    for (int i = 0; i < m->action_count; i++) {
        for (int j = 0; j < m->actions[i].count; j++)
            actions = jv_setpath(actions,
                                 JV_ARRAY(jv_number(i), jv_string("phases"),
                                          jv_number(j), jv_string("progress")),
                                 jv_null());
        actions = jv_setpath(actions,
                             JV_ARRAY(jv_number(i), jv_string("deferPhase"),
                                      jv_string("progress")),
                             jv_null());
    }
    status = jv_object_set(status, jv_string("actions"), actions);
    notes = json_get(metadata, "annotations");
    if (jv_get_kind(notes) != JV_KIND_OBJECT) {
        jv_free(notes);
        notes = jv_object();
    }
    notes = jv_object_delete(notes, jv_string(OBJECT_ANNOTATION));
    metadata = jv_object_set(metadata, jv_string("annotations"), notes);
    return JV_ARRAY(status, metadata);
}

/* What a writer's annotation says of a phase, in hundredths; -1: nothing. */
static int64_t noted(const struct object *o, const struct view_phase *phase)
{
    jv note = json_parse(o->annotation.bytes, o->annotation.len);
    jv entries = json_get(note, "phases");
    struct view_progress said = view_nothing;

    HOLDS(jv_get_kind(entries) == JV_KIND_ARRAY);
    for (int i = 0; i < jv_array_length(jv_copy(entries)); i++) {
        jv entry = jv_array_get(jv_copy(entries), i);
        int64_t action;

        if (json_get_int(entry, "action", &action) &&
            (size_t)action == phase->action &&
            view_same(view_text(entry, "phase"), phase->name))
            view_read_progress(&said, entry);
        jv_free(entry);
    }
    jv_free(entries);
    jv_free(note);
    return said.percent;
}

/* The last line of W is on the object, as it says. */
static void check_clean(const struct sim *m, struct sim_writer *w)
{
    jv text = jv_dump_string(jv_copy(m->object), 0);
    struct object o;
    struct view line;
    struct merged merged;

    HOLDS(object_read(&o, jv_string_value(text),
                      (size_t)jv_string_length_bytes(jv_copy(text))) ==
          OBJECT_READ);
    put_line(&w->s.text, w->last, "");
    HOLDS(view_read(&line, json_parse(w->s.text.bytes, w->s.text.len)));
    if (w->lines > 0 && m->state == SIM_RUNNING) {
        HOLDS(merge(&merged, &o, &line) != MERGE_MISFIT);
        /* that a defer phase runs may be said no more once another has begun */
        HOLDS(!merged.early || m->actions[0].deferred ||
              m->actions[1].deferred);
        for (size_t i = 0; i < o.view.phase_count; i++)
            if (merged.phases[i].ours)
                HOLDS(noted(&o, &o.view.phases[i]) ==
                      merged.phases[i].progress.percent);
        merge_free(&merged);
    }
    view_free(&line);
    object_free(&o);
    jv_free(text);
}

/* --- the server */

/* Its generation: each change of the status is one, but where that is a
 * subresource. */
static int64_t generation(const struct sim *m)
{
    return m->subresource ? 1 : m->version;
}

/* Gives the object another resourceVersion where it is not what it was. */
static void note_version(struct sim *m)
{
    char text[16];

    if (jv_equal(jv_copy(m->object), jv_copy(m->before)))
        return;
    snprintf(text, sizeof text, "%d", ++m->resource_version);
    m->object = jv_setpath(
        m->object,
        JV_ARRAY(jv_string("metadata"), jv_string("resourceVersion")),
        jv_string(text));
    jv_free(m->before);
    m->before = jv_copy(m->object);
}

/* A status subresource keeps of the object what was not sent to it. */
static void keep_the_rest(struct sim *m, jv before, bool to_status)
{
    const char *kept = to_status ? "metadata" : "status";

    if (m->subresource)
        m->object =
            jv_object_set(m->object, jv_string(kept), json_get(before, kept));
}

static void reach_patch(struct sim *m, struct sim_writer *w)
{
    int64_t before = sim_percent(m, sim_top("percentCompleted"));
    bool check = any(4) == 0;
    jv foreign = check ? foreign_part(m) : jv_invalid();
    jv all = jv_copy(m->object);
    unsigned paths = 0;

    w->taken =
        jsonpatch_apply(&m->object, w->step.body, server_note_path, &paths);
    if (!w->taken) {
        jv_free(foreign);
        jv_free(all);
        return;
    }
    keep_the_rest(m, all, w->step.subresource);
    m->version += (paths & (PATCH_TOP | PATCH_PHASES)) != 0;
    jv_free(all);
    w->applied++;
    HOLDS(m->state == SIM_RUNNING);
    if (w->s.w.settings.choose && m->trackers)
        HOLDS((paths & PATCH_PHASES) == 0);
    HOLDS(sim_percent(m, sim_top("percentCompleted")) >= before);
    if (check)
        HOLDS(jv_equal(foreign, foreign_part(m)));
    if (random_tells())
        print_message("%d ms: written, %d to %d\n", (int)(m->now / MS),
                      (int)before,
                      (int)sim_percent(m, sim_top("percentCompleted")));
}

static void reach(struct sim *m, struct sim_writer *w)
{
    bool lost = m->faults && any(12) == 0;

    w->reach_at = NEVER;
    w->conflict = m->faults && any(20) == 0;
    w->lost = lost || (m->faults && any(12) == 0); /* it, or its reply */
    w->generation = 0;
    if (lost || w->conflict)
        return;
    if (w->step.act == WRITER_PATCH) {
        note_version(m);
        reach_patch(m, w);
        note_version(m);
        w->generation = generation(m);
        snprintf(w->version, sizeof w->version, "%d", m->resource_version);
    } else if (w->step.act == WRITER_LOOK) {
        jv_free(w->looked);
        w->looked = jv_dump_string(
            jv_setpath(jv_copy(m->object),
                       JV_ARRAY(jv_string("metadata"), jv_string("generation")),
                       jv_number((double)generation(m))),
            0);
    }
}

static void reply(struct sim *m, struct sim_writer *w)
{
    struct writer *writer = &w->s.w;
    bool failed =
        w->lost || w->conflict || (w->step.act == WRITER_PATCH && !w->taken);

    w->reply_at = NEVER;
    if (failed)
        writer_failed(writer, w->conflict || (!w->lost && !w->taken), m->now,
                      (100 + any(2000)) * MS);
    else if (w->step.act == WRITER_DISCOVER)
        writer_discovered(writer, w->asks_well, w->asks_well && m->subresource);
    else if (w->step.act == WRITER_LOOK)
        HOLDS(writer_looked(writer, jv_string_value(w->looked),
                            (size_t)jv_string_length_bytes(jv_copy(w->looked)),
                            m->now));
    else
        writer_patched(writer, w->generation, m->now,
                       writer->settings.interval);
    if (!failed && w->step.act == WRITER_PATCH && w->says_version)
        writer_version(writer, w->version);
    if (w->step.act == WRITER_PATCH) {
        /* what may be sent again at once is that which failed */
        w->patched_at = failed ? -NEVER / 2 : m->now;
        w->noted = !failed && !w->step.subresource;
    }
}

/* --- the writers */

static int64_t latency(const struct sim *m)
{
    return m->faults && any(20) == 0 ? any(4000) * MS : (1 + any(150)) * MS;
}

/* Lets W say what it wants; returns when it wants to be asked again. */
static int64_t ask(struct sim *m, struct sim_writer *w)
{
    struct writer *writer = &w->s.w;

    w->step = writer_next(writer, m->now);
    switch (w->step.act) {
    case WRITER_WAIT:
        HOLDS(w->step.wait != 0);
        return w->step.wait == WRITER_NEVER ? NEVER : m->now + w->step.wait;
    case WRITER_FINISHED:
        w->finished = true;
        if (random_tells())
            print_message("%d ms: finished, state %d, tracker %d, %s\n",
                          (int)(m->now / MS), (int)writer->state,
                          (int)writer->tracker, w->last);
        if (writer->state == WRITER_CLEAN)
            check_clean(m, w);
        HOLDS(writer->state != WRITER_MISFIT &&
              writer->state != WRITER_ANOTHER &&
              writer->state != WRITER_GIVEN_UP);
        return NEVER;
    case WRITER_PATCH:
        w->patches++;
        HOLDS(writer->force || writer->ended || w->patches == 1 ||
              (w->noted && w->step.subresource) ||
              m->now >= w->patched_at + writer->settings.interval);
        break;
    default:
        w->looks++;
        break;
    }
    if (random_tells())
        print_message("%d ms: asks %d\n", (int)(m->now / MS), (int)w->step.act);
    w->taken = false;
    w->reach_at = m->now + latency(m);
    w->reply_at = w->reach_at + latency(m);
    return NEVER;
}

/* A line of W's mover, or the end of them. */
static void feed(struct sim *m, struct sim_writer *w)
{
    bool done;

    sim_line(m, w);
    put_line(&w->s.text, w->last, "");
    writer_sample(&w->s.w, w->s.text.bytes, w->s.text.len);
    w->lines++;
    w->next_line = m->now + w->every;
    /* its mover is done, or killed */
    done = strstr(w->last, ":r") == NULL &&
           (strstr(w->last, ":p") == NULL || m->state == SIM_FAILED ||
            m->state == SIM_COMPLETE);
    if (!done && any(150) > 0)
        return;
    writer_end(&w->s.w, m->now);
    w->ended = true;
    w->next_line = NEVER;
}

/* --- the run */

static int64_t first_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What the top of one action's object owes after a tracker's first look. */
struct debt {
    int64_t percent, due;
};

static void tick(struct sim *m, int i, int j, struct debt *debt)
{
    int64_t before = sim_percent(m, sim_top("percentCompleted"));
    int64_t after;

    m->reset_now = false;
    sim_tick(m, i, j);
    after = sim_percent(m, sim_top("percentCompleted"));
    if (m->reset_now && random_tells())
        print_message("%d ms: tick, %d to %d\n", (int)(m->now / MS),
                      (int)before, (int)after);
    if (after < before)
        *debt = (struct debt){ before, m->now + WRITER_TICK + S };
}

static void controller(struct sim *m, struct debt *debt)
{
    if (m->now >= m->start_at || m->now >= m->read_at)
        sim_start(m);
    for (int i = 0; i < m->action_count; i++) {
        for (int j = 0; j < m->actions[i].count; j++)
            if (m->now >= m->actions[i].phases[j].tick)
                tick(m, i, j, debt);
        if (m->now >= m->actions[i].next) {
            sim_step_action(m, i);
            if (random_tells())
                print_message("%d ms: action %d is at %d, top %d\n",
                              (int)(m->now / MS), i, m->actions[i].at,
                              (int)sim_percent(m, sim_top("percentCompleted")));
            *debt = (struct debt){ 0, NEVER };
        }
    }
}

static int64_t controllers_next(const struct sim *m)
{
    int64_t next = first_of(m->start_at, m->read_at);

    for (int i = 0; i < m->action_count; i++) {
        next = first_of(next, m->actions[i].next);
        for (int j = 0; j < m->actions[i].count; j++)
            next = first_of(next, m->actions[i].phases[j].tick);
    }
    return next;
}

/* Whether the top must be what it was a round trip after the look that is due
 * one WRITER_TICK after the phase was written first. */
static bool must_be_paid(const struct sim *m)
{
    const struct sim_writer *w = &m->writers[0];

    return m->action_count == 1 && !m->faults && !w->ended &&
           m->state == SIM_RUNNING && w->s.w.settings.choose;
}

static int64_t writers_turn(struct sim *m, struct sim_writer *w)
{
    int64_t next;

    if (w->finished)
        return NEVER;
    if (m->now >= w->reach_at)
        reach(m, w);
    if (m->now >= w->reply_at)
        reply(m, w);
    if (m->now >= w->next_line)
        feed(m, w);
    next = w->reply_at == NEVER ? ask(m, w) : NEVER;
    next = first_of(next, first_of(w->reach_at, w->reply_at));
    return first_of(next, w->next_line);
}

/* As it is beside an unmodified controller, with no options. */
static bool is_usual(const struct sim *m)
{
    const struct writer_settings *now = &m->writers[0].s.w.settings;

    return !m->faults && m->trackers && !m->document && !m->subresource &&
           m->action_count == 1 && now->choose && !now->looks_always &&
           now->interval == INTERVAL;
}

static void count(const struct sim *m)
{
    int kind = is_usual(m) ? 0 : m->faults ? 2 : 1;

    for (int i = 0; i < m->writer_count; i++) {
        const struct sim_writer *w = &m->writers[i];
        enum writer_state state = w->s.w.state;

        sums[kind].runs++;
        sums[kind].lines += w->lines;
        sums[kind].looks += w->looks;
        sums[kind].patches += w->patches;
        sums[kind].applied += w->applied;
        sums[kind].clean += state == WRITER_CLEAN;
        sums[kind].early += state == WRITER_EARLY;
        sums[kind].over += state == WRITER_OVER;
        sums[kind].waiting += state == WRITER_WAITING;
    }
}

static void one_run(void)
{
    static struct sim m;
    struct debt debt = { 0, NEVER };
    bool finished = false;

    open_sim(&m);
    for (int events = 0; !finished; events++) {
        int64_t next = NEVER;

        HOLDS(events < 100000);
        controller(&m, &debt);
        if (m.now >= debt.due && must_be_paid(&m))
            HOLDS(sim_percent(&m, sim_top("percentCompleted")) >= debt.percent);
        finished = true;
        for (int i = 0; i < m.writer_count; i++) {
            next = first_of(next, writers_turn(&m, &m.writers[i]));
            finished &= m.writers[i].finished;
        }
        next = first_of(next, controllers_next(&m));
        HOLDS(finished || (next >= m.now && next < NEVER));
        m.now = next;
    }
    count(&m);
    close_sim(&m);
}

static void writers_do_well_beside_any_controller(void **state)
{
    static const char *const names[] = { "the usual", "others", "with faults" };

    (void)state;
    random_cases(RUNS, one_run);
    for (int i = 0; i < 3; i++)
        if (sums[i].applied > 0)
            print_message(
                "%s: %d writers, %d lines; %d looks, %d patches, %d taken: "
                "%.2f requests each; clean %d, early %d, over %d, waiting %d\n",
                names[i], (int)sums[i].runs, (int)sums[i].lines,
                (int)sums[i].looks, (int)sums[i].patches, (int)sums[i].applied,
                (double)(sums[i].looks + sums[i].patches) /
                    (double)sums[i].applied,
                (int)sums[i].clean, (int)sums[i].early, (int)sums[i].over,
                (int)sums[i].waiting);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writers_do_well_beside_any_controller),
    };

    if (!random_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("writer sim", tests, NULL, NULL);
}
