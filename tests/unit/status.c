/* status.h: what is a status record, and what it says. */
#include "kube/status.h"

#include <stdio.h>

#include "unit.h"

#define MAYBE(text) status_maybe((text), sizeof(text) - 1)
#define GOOD(text)  status_good((text), sizeof(text) - 1)

/* A status record, which the quick look must not lose. */
#define ACCEPT(text) (assert_true(MAYBE(text)), assert_true(GOOD(text)))

static void status_records_are_accepted(void **state)
{
    (void)state;
    ACCEPT("{\"type\":\"status\"}");
    ACCEPT("{\"type\":\"status\",\"state\":\"running\",\"actions\":[]}");
    ACCEPT("{\"state\":\"running\",\"type\":\"status\"}");
    ACCEPT("  { \"a\" : {} , \"type\" : \"status\" } ");
    ACCEPT("\t{\t\"type\"\t:\t\"status\"\t}\t");
    ACCEPT("{\"a\":{\"type\":\"x\"},\"b\":\"type\",\"type\":\"status\"}");
    ACCEPT("{\"type\":\"status\",\"a\":\"\xE2\x82\xAC \xF0\x9F\x92\xBE\"}");
    ACCEPT("{\"type\":\"status\",\"a\":\"\xEF\xBF\xBD\"}"); /* U+FFFD itself */
}

static void the_quick_look_refuses_what_cannot_be_one(void **state)
{
    (void)state;
    assert_false(MAYBE(""));
    assert_false(MAYBE("   "));
    assert_false(MAYBE("{"));
    assert_false(MAYBE("x{\"type\":\"status\"}"));
    assert_false(MAYBE("[\"type\",\"status\"]"));
    assert_false(MAYBE("{\"type\""));
    assert_false(MAYBE("{\"type\":"));
    assert_false(MAYBE("{\"type\": "));
    assert_false(MAYBE("{\"type\":\"statu"));
    assert_false(MAYBE("{\"type\":\"status "));
    assert_false(MAYBE("{\"type\":\"progress\",\"source\":\"status\"}"));
    assert_false(MAYBE("{\"type\":\"progress\",\"status\":1,\"type\":2}"));
    assert_false(MAYBE("{\"level\":\"info\",\"status\":\"ok\"}"));
}

static void the_full_look_refuses_what_is_none(void **state)
{
    (void)state;
    assert_false(GOOD(""));
    assert_false(GOOD("{}"));
    assert_false(GOOD("{\"type\":\"status\""));
    assert_false(GOOD("{\"type\":\"status\"}}"));
    assert_false(GOOD("{\"type\":\"status\"} {\"type\":\"status\"}"));
    assert_false(GOOD("{\"type\":\"status\"}\r{\"type\":\"status\"}"));
    assert_false(GOOD("[{\"type\":\"status\"}]"));
    assert_false(GOOD("\"type:status\""));
    assert_false(GOOD("{\"type\":[\"status\"]}"));
    assert_false(GOOD("{\"type\":\"statuses\"}"));
    assert_false(GOOD("{\"type\":\"status:\"}"));
    assert_false(GOOD("{\"a\":{\"type\":\"status\"},\"type\":\"statuz\"}"));
    assert_false(GOOD("{\"type\":\"status\\u0000\"}"));
    assert_false(GOOD("{\"type\":\"progress\",\"a\":{\"type\":\"status\"}}"));
    assert_false(GOOD("\xEF\xBB\xBF{\"type\":\"status\"}"));
    assert_false(GOOD("{\"\\u0074ype\":\"status\"}"));
}

static void the_full_look_refuses_what_other_readers_refuse(void **state)
{
    (void)state;
    assert_false(GOOD("{\"type\":\"status\"}\0"));
    assert_false(GOOD("{\"type\":\"status\",\"a\":\"\0\"}"));
    assert_false(GOOD("{\"type\":\"status\",\"a\":\"\33[2J\"}"));
    assert_false(GOOD("{\"type\":\"status\",\"a\":\"\xFF\"}"));
    assert_false(GOOD("{\"type\":\"status\",\"a\":\"\xC3\"}"));
    assert_false(GOOD("{\"type\":\"status\",\"a\":\"\xC0\xAF\"}"));
    assert_false(GOOD("{\"type\":\"status\",\"a\":\"\xED\xA0\x80\"}"));
}

static void every_prefix_of_a_record_is_refused(void **state)
{
    static const char record[] =
        "{\"type\":\"status\",\"state\":\"running\",\"actions\":[{\"name\":"
        "\"a\",\"phases\":[]}],\"progress\":{\"percentCompleted\":\"43.33\"}}";

    (void)state;
    assert_true(GOOD(record));
    for (size_t len = 0; len < sizeof record - 1; len++)
        assert_false(status_good(record, len));
}

/* What status_percent() says of a record with PROGRESS in it. */
static const char *percent_of(const char *progress)
{
    static char percent[STATUS_PERCENT];
    char line[256];
    int len =
        snprintf(line, sizeof line, "{\"type\":\"status\"%s}\n", progress);

    memset(percent, '?', sizeof percent);
    return status_percent(line, (size_t)len, percent) ? percent : NULL;
}

static void the_percent_is_found(void **state)
{
    (void)state;
    assert_string_equal(
        percent_of(",\"progress\":{\"percentCompleted\":\"43.33\"}"), "43.33");
    assert_string_equal(
        percent_of(",\"progress\":{\"percentCompleted\":\"100.00\"}"),
        "100.00");
    assert_string_equal(
        percent_of(",\"progress\":{\"percentCompleted\":\"0\"}"), "0");
}

static void a_percent_that_is_none_is_not(void **state)
{
    (void)state;
    assert_null(percent_of(""));
    assert_null(percent_of(",\"progress\":null"));
    assert_null(percent_of(",\"progress\":{}"));
    assert_null(percent_of(",\"progress\":{\"percentCompleted\":43}"));
    assert_null(percent_of(",\"progress\":{\"percentCompleted\":\"\"}"));
    assert_null(percent_of(",\"progress\":{\"percentCompleted\":\"1000.00\"}"));
    assert_null(percent_of(",\"progress\":{\"percentCompleted\":\"4\\n3\"}"));
    assert_null(
        percent_of(",\"progress\":{\"percentCompleted\":\"4\\u00003\"}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_records_are_accepted),
        cmocka_unit_test(the_quick_look_refuses_what_cannot_be_one),
        cmocka_unit_test(the_full_look_refuses_what_is_none),
        cmocka_unit_test(the_full_look_refuses_what_other_readers_refuse),
        cmocka_unit_test(every_prefix_of_a_record_is_refused),
        cmocka_unit_test(the_percent_is_found),
        cmocka_unit_test(a_percent_that_is_none_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
