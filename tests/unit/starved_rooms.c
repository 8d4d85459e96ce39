/*
 * lib/phase and lib/view where memory runs out, one allocation after
 * the other: what was asked for is there, or a failure is told as what it is;
 * nothing crashes and nothing is left over.
 */
#include "base/memory.h"
#include "phase/actionset.h"
#include "phase/agg.h"
#include "phase/output.h"
#include "starve.h"
#include "view/documents.h"
#include "view/screen.h"

/* A failure was told as what it is. */
static void assert_told(bool good)
{
    starve.nth = 0; /* the assertions need some */
    if (!good && !starve.fired)
        fail_msg("without a failure it fails: %s", strerror(errno));
    if (!good && errno != ENOMEM)
        fail_msg("it says %s", strerror(errno));
}

/* --- phase */

static const char blueprint[] =
    "kind: Blueprint\nmetadata: {name: b}\nactions: {backup: {phases: [{name: "
    "a, func: KubeTask}, {name: c, func: KubeExec}], deferPhase: {name: d, "
    "func: ScaleWorkload}}}\n";
static const char actionset[] =
    "{\"kind\":\"ActionSet\",\"metadata\":{\"uid\":\"u\"},\"status\":{\"state\""
    ":\"running\",\"actions\":[{\"name\":\"backup\",\"blueprint\":\"b\","
    "\"phases\":[{\"name\":\"a\",\"state\":\"pending\"},{\"name\":\"c\","
    "\"state\":\"pending\"}],\"deferPhase\":{\"name\":\"d\"}}]}}";
static const char *const notes[] = {
    "{\"type\":\"phase\",\"phase\":\"a\",\"state\":\"running\"}",
    "{\"type\":\"progress\",\"item\":0,\"of\":2,\"progressPercent\":50}",
    "{\"type\":\"progress\",\"item\":2,\"of\":3,\"progressPercent\":5}",
    "{\"type\":\"phase\",\"phase\":\"a\",\"state\":\"complete\"}",
};

/* As people read it; that it has no room is no other line. */
static bool show(struct line *line)
{
    struct output o;
    bool good = true;

    output_open(&o, FORMAT_TEXT);
    for (int i = 0; good && i < 2; i++)
        good = !output_next(&o, line)->failed;
    if (good) {
        line->text.failed = true;
        if (!output_next(&o, line)->failed)
            fail_msg("a line that is not there is shown");
        line->text.failed = false;
    }
    output_close(&o);
    if (!good)
        errno = ENOMEM;
    return good;
}

static bool run_agg(struct agg *a, struct history *h, struct buf *kept,
                    struct instant now)
{
    if (!target_find(&a->target, &a->plan, NULL, "a") || !agg_prepare(a) ||
        !agg_expect(a, h) || !agg_open(a, now))
        return false;
    for (size_t i = 0; i < COUNT(notes); i++) {
        now.wall += CLOCK_SECOND;
        now.steady += CLOCK_SECOND;
        if (agg_read(a, notes[i], strlen(notes[i])) &&
            agg_take(a, now) == AGG_NO_MEMORY) {
            errno = ENOMEM;
            return false;
        }
    }
    if (!show(&a->status.line))
        return false;
    if (agg_learn(a, h) < 0 || !agg_save(a, now, kept)) {
        errno = ENOMEM;
        return false;
    }
    return true;
}

static const char templated[] =
    "kind: Blueprint\nmetadata: {name: b}\nx: {{ .Values.x }}\nactions:\n"
    "  backup:\n    phases:\n    - name: a\n      func: KubeTask\n";

/* A file without its templates is none that has errors. */
static void body_templates(void)
{
    struct blueprints b = { 0 };
    bool good;

    errno = 0;
    good = blueprints_read(&b, templated, sizeof templated - 1);
    assert_told(good);
    blueprints_free(&b);
}

static void templates_without_memory_are_no_errors(void **state)
{
    (void)state;
    assert_true(starve_each(body_templates) > (works ? 0 : -1));
}

/* No plan is too large, wrong or damaged for want of memory. */
static void body_agg(void)
{
    struct instant now = { 1000 * CLOCK_SECOND, 5 * CLOCK_SECOND };
    struct agg first = { .stall_after = CLOCK_SECOND };
    struct agg second = { .stall_after = CLOCK_SECOND };
    struct buf kept = BUF_INIT(1 << 20), text = BUF_INIT(1 << 20);
    struct blueprints b = { 0 };
    struct history h = { 0 }, again = { 0 };
    char why[RESUME_WHY_MAX] = "";
    bool good;

    errno = 0;
    good = blueprints_read(&b, blueprint, sizeof blueprint - 1) &&
           actionset_read(&first.plan, actionset, sizeof actionset - 1, &b) &&
           run_agg(&first, &h, &kept, now) && history_write(&h, &text) &&
           history_read(&again, text.bytes, text.len) &&
           actionset_read(&second.plan, actionset, sizeof actionset - 1, &b) &&
           target_find(&second.target, &second.plan, NULL, "a") &&
           agg_prepare(&second);
    if (good &&
        agg_resume(&second, kept.bytes, kept.len, now, why) != RESUME_TAKEN) {
        good = false;
        errno = why[0] == '\0' ? errno : EINVAL;
    }
    good = good && agg_open(&second, now);
    assert_told(good);
    if (good)
        assert_true(second.plan.phases[0].state == PHASE_COMPLETE);
    agg_close(&second);
    agg_close(&first);
    history_free(&again);
    history_free(&h);
    blueprints_free(&b);
    buf_free(&text);
    buf_free(&kept);
}

static void an_action_without_memory_is_no_wrong_one(void **state)
{
    (void)state;
    assert_true(starve_each(body_agg) > (works ? 20 : -1));
}

/* --- view */

static bool no_room; /* on the board */

static bool take(void *arg, struct viewed *v)
{
    no_room = board_take(arg, v) == NULL;
    return !no_room;
}

static const char viewed[] =
    "{\"type\":\"status\",\"state\":\"running\",\"actions\":[{\"name\":"
    "\"backup\",\"phases\":[{\"name\":\"a\",\"state\":\"running\","
    "\"progress\":{\"progressPercent\":\"50.00\"}},{\"name\":\"c\",\"state\""
    ":\"pending\"}]},{\"name\":\"two\",\"phases\":[{\"name\":\"z\","
    "\"state\":\"failed\"}]}],\"progress\":{\"percentCompleted\":\"25.00\"},"
    "\"error\":{\"message\":\"no, and the reason is longer than a line of that "
    "terminal, which has eighty columns\"},\"detail\":{\"verdict\":"
    "\"stalled\",\"verdictSince\":\"2023-02-20T12:49:55Z\",\"result\":{"
    "\"state\":\"partial\"}}}";
static const char deleted[] =
    "{\"type\":\"DELETED\",\"object\":{\"kind\":\"ActionSet\",\"metadata\":{"
    "\"name\":\"n\",\"uid\":\"u\"},\"status\":{\"state\":\"running\"}}}";
enum { HEIGHTS = 12, ROOMS = 20 };

static void lay(struct screen *s, const struct board *b, size_t height)
{
    bool good = screen_lay(s, b, (struct pen_style){ .unicode = true }, 80,
                           height, CLOCK_SECOND);

    assert_told(good);
    assert_true(!good || (s->count > 0 && !s->text.failed));
}

static void body_board(void)
{
    struct board b = { .remark = "remark" };
    struct screen s;
    bool good;

    no_room = false;
    errno = 0;
    screen_open(&s);
    good = viewed_read(viewed, sizeof viewed - 1, take, &b) == 1 &&
           viewed_read(deleted, sizeof deleted - 1, take, &b) == 1;
    assert_told(good || (no_room && errno == ECANCELED));
    if (good)
        lay(&s, &b, 0);
    screen_close(&s);
    board_free(&b);
}

static struct board laid;
static size_t first_rows, first_lines, height;

/* The rows, and the lines, that are there before the first that needs memory
 * are as many as the test wants. */
static void body_screen(void)
{
    long nth = starve.nth;
    struct screen s;

    starve.nth = 0;
    screen_open(&s);
    s.rows.room = first_rows;
    s.room = first_lines;
    if (first_rows > 0)
        s.rows.row = calloc(first_rows, sizeof *s.rows.row);
    if (first_lines > 0)
        s.lines = calloc(first_lines, sizeof *s.lines);
    starve.nth = nth;
    errno = 0;
    lay(&s, &laid, height);
    screen_close(&s);
}

static void a_screen_without_memory_is_told(void **state)
{
    long most = 0;

    (void)state;
    assert_true(starve_each(body_board) > (works ? 5 : -1));
    laid = (struct board){ .remark = "remark" };
    assert_int_equal(viewed_read(viewed, sizeof viewed - 1, take, &laid), 1);
    assert_int_equal(viewed_read(deleted, sizeof deleted - 1, take, &laid), 1);
    for (height = 0; height < HEIGHTS; height++)
        for (first_rows = 0; first_rows < ROOMS; first_rows++) {
            long calls;

            first_lines = first_rows;
            calls = starve_each(body_screen);
            most = calls > most ? calls : most;
        }
    assert_true(most > (works ? 2 : -1));
    board_free(&laid);
}

/* Nor is a screen shown of which a part has no room. */
static void a_screen_is_whole(void **state)
{
    const struct pen_style style = { .unicode = true };
    struct screen s;

    (void)state;
    laid = (struct board){ .remark = "remark" };
    assert_int_equal(viewed_read(viewed, sizeof viewed - 1, take, &laid), 1);
    for (height = 0; height < HEIGHTS; height++) {
        size_t whole;

        screen_open(&s);
        assert_true(screen_lay(&s, &laid, style, 80, height, CLOCK_SECOND));
        whole = s.text.len;
        screen_close(&s);
        for (size_t room = 0; room < whole; room++) {
            screen_open(&s);
            s.text.ceiling = room;
            assert_false(
                screen_lay(&s, &laid, style, 80, height, CLOCK_SECOND));
            screen_close(&s);
        }
    }
    board_free(&laid);
}

/* --- documents in a stream */

static int documents_seen;

static void see_document(void *arg, const char *text, size_t len)
{
    (void)arg;
    (void)text;
    documents_seen += len == 7;
}

/* One that has no room is passed over, and the next is read. */
static void body_documents(void)
{
    struct documents d;

    documents_seen = 0;
    documents_open(&d);
    documents_take(&d, "{\"a\"", 4, see_document, NULL);
    documents_take(&d, ":1}\n{\"b\":2}\n", 12, see_document, NULL);
    documents_end(&d);
    starve.nth = 0;
    assert_int_equal(documents_seen, starve.fired ? 1 : 2);
    assert_int_equal(d.strange, starve.fired ? 1 : 0);
    documents_close(&d);
}

static void a_document_without_memory_costs_itself_alone(void **state)
{
    (void)state;
    assert_int_equal(starve_each(body_documents), works ? 1 : 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_action_without_memory_is_no_wrong_one),
        cmocka_unit_test(templates_without_memory_are_no_errors),
        cmocka_unit_test(a_screen_without_memory_is_told),
        cmocka_unit_test(a_screen_is_whole),
        cmocka_unit_test(a_document_without_memory_costs_itself_alone),
    };

    return cmocka_run_group_tests_name("starved rooms", tests, starve_open,
                                       NULL);
}
