/*
 * lib/mover where memory runs out, one allocation after the other: an adapter
 * is read or refused, a console is read on.
 */
#include "base/memory.h"
#include "mover/adapted.h"
#include "mover/adapter.h"
#include "mover/kopia.h"
#include "mover/sources.h"
#include "starve.h"

/* A failure was told, or noted for the exit status. */
static void assert_noted(bool good)
{
    starve.nth = 0; /* the assertions need some */
    if (!good && !starve.fired)
        fail_msg("without a failure it fails: %s", strerror(errno));
    if (!good && errno != ENOMEM && !memory_missed())
        fail_msg("it says %s", strerror(errno));
}

static size_t record_bytes;

static void count_record(void *arg, const char *record, size_t len)
{
    (void)arg;
    assert_true(len > 1 && record[0] == '{' && record[len - 1] == '\n');
    record_bytes += len;
}

static void body_adapter(void)
{
    static const char text[] =
        "mover x\noperation sync\nunit done iec\n"
        "progress (?<done>\\w+) (?<count>\\d+)\nerror e (?<text>.*)\n"
        "complete c (?<snapshotID>.*)\nsample 5\n< 5K 1\n> {}\njq\n  .\n";
    static const char *const lines[] = { "5K 1", "e no", "c id" };
    struct adapter a;
    struct adapter_wrong wrong = { .line = 0 };
    struct adapted run;
    bool good;

    adapter_init(&a, OP_NONE);
    buf_str(&a.text, text);
    good = !a.text.failed && adapter_parse(&a, &wrong);
    adapted_init(&run, OP_NONE);
    run.emit = count_record;
    for (size_t i = 0; good && i < COUNT(lines); i++) {
        struct reading reading;
        const struct rule *by;

        if (adapter_match(&a, lines[i], strlen(lines[i]), &reading, &by) ==
            ADAPTER_MATCHED)
            adapted_take(&run, &reading);
    }
    (void)adapted_end(&run);
    starve.nth = 0;
    assert_true(good || starve.fired);
    adapted_free(&run);
    adapter_free(&a);
}

static void an_adapter_without_memory_is_refused_or_read(void **state)
{
    (void)state;
    assert_true(starve_each(body_adapter) > (works ? 5 : -1));
}

static void body_kopia(void)
{
    static char console[] =
        "\x1b[1mSnapshotting a@b:/c ...\x1b[0m\n"
        "{\"l\":\"ERROR\",\"m\":\"upload error: open /d/a\"}\n"
        "{\"l\":\"DEBUG\",\n\"m\":\"x\"}\n"
        "Error when processing \"a\nb\": open /d/a\nb: no\n"
        "upload error: open /d/a\nb: no\n"
        "Created snapshot with root k1 and ID a1 in 1s\n";
    const struct kopia_options options = { .emit = count_record };
    struct kopia *k = kopia_new(&options);

    if (k != NULL) {
        for (char *at = console; *at != '\0';) {
            size_t len = strcspn(at, "\n");
            struct record piece = { .text = at, .len = len, .after = '\n' };

            kopia_piece(k, &piece);
            at += len + 1;
        }
        (void)kopia_end(k);
    }
    assert_noted(k != NULL);
    kopia_free(k);
}

/* Each is counted; who could not be kept, and who came later, is not known. */
static void body_sources(void)
{
    enum { MANY = 40 };
    struct sources s = SOURCES_INIT;
    char bytes[16];
    struct text name = { bytes, 0 };

    for (int64_t i = 0; i < MANY; i++) {
        name.len = (size_t)snprintf(bytes, sizeof bytes, "s%d", (int)i);
        assert_true(sources_add(&s, name, true) == i);
    }
    starve.nth = 0;
    assert_true(s.count == MANY);
    assert_true(s.known == MANY || (starve.fired && s.known % 16 == 0));
    for (int64_t i = 0; i < MANY; i++) {
        name.len = (size_t)snprintf(bytes, sizeof bytes, "s%d", (int)i);
        assert_true(sources_find(&s, name) == (i < s.known ? i : -1));
    }
    sources_free(&s);
}

static void sources_without_memory_are_counted(void **state)
{
    (void)state;
    assert_int_equal(starve_each(body_sources), works ? 3 : 0);
}

static void a_console_without_memory_is_read_on(void **state)
{
    (void)state;
    assert_true(starve_each(body_kopia) > (works ? 5 : -1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_adapter_without_memory_is_refused_or_read),
        cmocka_unit_test(sources_without_memory_are_counted),
        cmocka_unit_test(a_console_without_memory_is_read_on),
    };

    return cmocka_run_group_tests_name("starved mover", tests, starve_open,
                                       NULL);
}
