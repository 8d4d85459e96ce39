#include "base/json.h"

#include "unit.h"

/* What PUT wrote into a buf, NUL-terminated. */
#define ASSERT_PUT(b, expected)                                                \
    do {                                                                       \
        buf_char(&(b), '\0');                                                  \
        assert_string_equal((b).bytes, (expected));                            \
        buf_clear(&(b));                                                       \
    } while (0)

static jv parse(const char *text)
{
    return json_parse(text, strlen(text));
}

static void parses_exactly_one_text(void **state)
{
    static const struct {
        const char *text;
        jv_kind kind;
    } rows[] = {
        { "{}", JV_KIND_OBJECT },
        { " {\"a\":[1,null]}\t\n", JV_KIND_OBJECT },
        { "[1]", JV_KIND_ARRAY },
        { "17", JV_KIND_NUMBER },
        { "\"x\"", JV_KIND_STRING },
        { "null", JV_KIND_NULL },
        { "", JV_KIND_INVALID },
        { "  \n", JV_KIND_INVALID },
        { "{", JV_KIND_INVALID },
        { "{\"a\":1", JV_KIND_INVALID },
        { "{\"a\"}", JV_KIND_INVALID },
        { "{'a':1}", JV_KIND_INVALID },
        { "{} {}", JV_KIND_INVALID },
        { "{}x", JV_KIND_INVALID },
        { "{}}", JV_KIND_INVALID },
        { "1 2", JV_KIND_INVALID },
        { "nul", JV_KIND_INVALID },
        { "\"x", JV_KIND_INVALID },
        { "a b", JV_KIND_INVALID },
        { "| 1 hashing, 0 hashed", JV_KIND_INVALID },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        jv v = parse(rows[i].text);

        assert_row(jv_get_kind(v) == rows[i].kind, rows[i].text);
        jv_free(v);
    }
}

static void a_nul_is_no_json(void **state)
{
    (void)state;
    assert_false(jv_is_valid(json_parse("\"a\0b\"", 5)));
    assert_false(jv_is_valid(json_parse("1\0", 2)));
}

static void reads_only_the_bytes_that_it_is_given(void **state)
{
    jv v = json_parse("12345", 2);

    (void)state;
    assert_int_equal(jv_get_kind(v), JV_KIND_NUMBER);
    assert_int_equal((int)jv_number_value(v), 12);
    jv_free(v);
}

static void text_nested_too_deep_is_no_json(void **state)
{
    static char text[40000];
    jv v;

    (void)state;
    memset(text, '[', sizeof text / 2);
    memset(text + sizeof text / 2, ']', sizeof text / 2);
    v = json_parse(text, sizeof text);
    assert_int_equal(jv_get_kind(v), JV_KIND_INVALID);
    jv_free(v);
}

static void looks_at_the_kind_before_it_takes_a_value(void **state)
{
    static const char *const texts[] = {
        "{}",           "{\"k\":null}", "{\"k\":[1]}", "{\"k\":{\"k\":1}}",
        "{\"j\":\"\"}", "[1,2]",        "7",           "\"k\"",
        "null",         "broken",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        jv object = parse(texts[i]), string = jv_null();
        int64_t n = -5;
        double d = -5;
        bool b = true;

        assert_row(!json_get_string(object, "k", &string), texts[i]);
        assert_row(jv_get_kind(string) == JV_KIND_NULL, texts[i]);
        assert_row(!json_get_int(object, "k", &n) && n == -5, texts[i]);
        assert_row(!json_get_number(object, "k", &d) && d == -5, texts[i]);
        assert_row(!json_get_bool(object, "k", &b) && b, texts[i]);
        jv_free(object);
    }
}

static void takes_each_kind(void **state)
{
    jv object = parse("{\"s\":\"a\\u0000b\",\"d\":12.5,\"t\":true,"
                      "\"f\":false,\"o\":{\"x\":1}}");
    jv string = jv_null(), inner;
    double d = 0;
    bool b = false;

    (void)state;
    assert_true(json_get_string(object, "s", &string));
    assert_int_equal(jv_string_length_bytes(jv_copy(string)), 3);
    assert_memory_equal(jv_string_value(string), "a\0b", 3);
    jv_free(string);
    assert_true(json_get_number(object, "d", &d));
    assert_true(d == 12.5);
    assert_true(json_get_bool(object, "t", &b));
    assert_true(b);
    assert_true(json_get_bool(object, "f", &b));
    assert_false(b);
    inner = json_get(object, "o");
    assert_int_equal(jv_get_kind(inner), JV_KIND_OBJECT);
    jv_free(inner);
    assert_false(json_get_bool(object, "s", &b));
    assert_false(json_get_number(object, "t", &d));
    assert_false(json_get_string(object, "d", &string));
    jv_free(object);
}

static void an_int_is_whole_not_negative_and_exact(void **state)
{
    static const struct {
        const char *text;
        int64_t value; /* -1: none */
    } rows[] = {
        { "{\"n\":0}", 0 },
        { "{\"n\":546900000}", 546900000 },
        { "{\"n\":1e3}", 1000 },
        { "{\"n\":2.0}", 2 },
        { "{\"n\":9007199254740992}", INT64_C(9007199254740992) },
        { "{\"n\":9007199254740994}", -1 },
        { "{\"n\":1e300}", -1 },
        { "{\"n\":1e999}", -1 },
        { "{\"n\":-1}", -1 },
        { "{\"n\":0.5}", -1 },
        { "{\"n\":\"5\"}", -1 },
        { "{\"n\":true}", -1 },
        { "{\"n\":nan}", -1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        jv object = parse(rows[i].text);
        int64_t n = -1;

        assert_row(json_get_int(object, "n", &n) == (rows[i].value >= 0),
                   rows[i].text);
        assert_row(n == rows[i].value, rows[i].text);
        jv_free(object);
    }
}

static void not_a_number_is_no_number(void **state)
{
    jv object = jv_object_set(jv_object(), jv_string("n"),
                              jv_number(__builtin_nan("")));
    double d = -5;

    (void)state;
    assert_false(json_get_number(object, "n", &d));
    assert_true(d == -5);
    jv_free(object);
}

static void escapes_what_json_and_terminals_must_not_see(void **state)
{
    static const struct {
        const char *text, *json;
    } rows[] = {
        { "", "\"\"" },
        { "a/b c'd", "\"a/b c'd\"" },
        { "\"\\", "\"\\\"\\\\\"" },
        { "\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\"" },
        { "\x01\x1b[2J\x1f", "\"\\u0001\\u001b[2J\\u001f\"" },
        { "a\x7f", "\"a\\u007f\"" },
        { "\xC2\x80\xC2\x9B\xC2\x9F", "\"\\u0080\\u009b\\u009f\"" },
        { "\xC2\xA0", "\"\xC2\xA0\"" },
    };
    struct buf b = BUF_INIT(1000);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_put_string(&b, rows[i].text, strlen(rows[i].text));
        ASSERT_PUT(b, rows[i].json);
    }
    json_put_string(&b, "a\0b", 3);
    ASSERT_PUT(b, "\"a\\u0000b\"");
    buf_free(&b);
}

#define FFFD "\xEF\xBF\xBD"

static void keeps_utf8_and_replaces_what_is_none(void **state)
{
    static const struct {
        const char *text, *inside;
    } rows[] = {
        { "gr\xC3\xBC\xC3\x9F", "gr\xC3\xBC\xC3\x9F" },
        { "\xE2\x82\xAC", "\xE2\x82\xAC" },
        { "\xF0\x9D\x84\x9E", "\xF0\x9D\x84\x9E" },
        { "\xE0\xA0\x80", "\xE0\xA0\x80" },         /* U+0800 */
        { "\xED\x9F\xBF", "\xED\x9F\xBF" },         /* U+D7FF */
        { "\xEE\x80\x80", "\xEE\x80\x80" },         /* U+E000 */
        { "\xF0\x90\x80\x80", "\xF0\x90\x80\x80" }, /* U+10000 */
        { "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF" }, /* U+10FFFF */
        { "\x80", FFFD },                           /* no first byte */
        { "\xBF!", FFFD "!" },
        { "\xC0\x80", FFFD FFFD }, /* overlong */
        { "\xC1\xBF", FFFD FFFD },
        { "\xE0\x9F\xBF", FFFD FFFD FFFD },
        { "\xF0\x8F\xBF\xBF", FFFD FFFD FFFD FFFD },
        { "\xED\xA0\x80", FFFD FFFD FFFD },          /* surrogate */
        { "\xF4\x90\x80\x80", FFFD FFFD FFFD FFFD }, /* above U+10FFFF */
        { "\xF5\x80", FFFD FFFD },
        { "\xFE\xFF", FFFD FFFD },
        { "\xC3", FFFD }, /* the end came too early */
        { "\xE2\x82", FFFD FFFD },
        { "\xF0\x9D\x84", FFFD FFFD FFFD },
        { "\xE2(\xA1", FFFD "(" FFFD },
        { "\xE2\x82(", FFFD FFFD "(" },
        { "\xC3\xC3\xBC", FFFD "\xC3\xBC" },
    };
    struct buf b = BUF_INIT(1000), quoted = BUF_INIT(1000);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        buf_char(&quoted, '"');
        buf_str(&quoted, rows[i].inside);
        buf_add(&quoted, "\"", 2);
        json_put_string(&b, rows[i].text, strlen(rows[i].text));
        ASSERT_PUT(b, quoted.bytes);
        buf_clear(&quoted);
    }
    buf_free(&b);
    buf_free(&quoted);
}

static void what_it_writes_can_be_read_back(void **state)
{
    struct buf b = BUF_INIT(4000);
    char text[256];
    jv back;

    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)i;
    json_put_string(&b, text, 128);
    back = json_parse(b.bytes, b.len);
    assert_int_equal(jv_get_kind(back), JV_KIND_STRING);
    assert_int_equal(jv_string_length_bytes(jv_copy(back)), 128);
    assert_memory_equal(jv_string_value(back), text, 128);
    jv_free(back);
    buf_clear(&b);
    json_put_string(&b, text, sizeof text);
    back = json_parse(b.bytes, b.len);
    assert_int_equal(jv_get_kind(back), JV_KIND_STRING);
    jv_free(back);
    buf_free(&b);
}

static void writes_values_compact_and_keeps_them(void **state)
{
    struct buf b = BUF_INIT(1000);
    jv v = parse("{ \"a\" : [ 1, 2.5, \"x\\ny\", null, true ] }");

    (void)state;
    json_put_value(&b, v);
    ASSERT_PUT(b, "{\"a\":[1,2.5,\"x\\ny\",null,true]}");
    json_put_value(&b, v); /* it was borrowed */
    ASSERT_PUT(b, "{\"a\":[1,2.5,\"x\\ny\",null,true]}");
    jv_free(v);
    buf_free(&b);
}

static void writes_integers_of_every_size(void **state)
{
    struct buf b = BUF_INIT(100);

    (void)state;
    json_put_int(&b, 0);
    ASSERT_PUT(b, "0");
    json_put_int(&b, -7);
    ASSERT_PUT(b, "-7");
    json_put_int(&b, INT64_MAX);
    ASSERT_PUT(b, "9223372036854775807");
    json_put_int(&b, INT64_MIN);
    ASSERT_PUT(b, "-9223372036854775808");
    buf_free(&b);
}

/* Longer than libjq can count. */
static void more_than_there_can_be_is_no_json(void **state)
{
    jv v = json_parse("1", (size_t)INT32_MAX + 1);

    (void)state;
    assert_false(jv_is_valid(v));
    jv_free(v);
}

static void writes_hundredths_without_trailing_zeros(void **state)
{
    static const struct {
        int64_t hundredths;
        const char *text;
    } rows[] = {
        { 0, "0" },
        { 1, "0.01" },
        { 10, "0.1" },
        { 99, "0.99" },
        { 100, "1" },
        { 105, "1.05" },
        { 1210, "12.1" },
        { 6666, "66.66" },
        { 9900, "99" },
        { 10000, "100" },
        { INT64_MAX, "92233720368547758.07" },
    };
    struct buf b = BUF_INIT(100);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_put_hundredths(&b, rows[i].hundredths);
        ASSERT_PUT(b, rows[i].text);
    }
    JSON_LIT(&b, ",\"phase\":");
    ASSERT_PUT(b, ",\"phase\":");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_exactly_one_text),
        cmocka_unit_test(a_nul_is_no_json),
        cmocka_unit_test(reads_only_the_bytes_that_it_is_given),
        cmocka_unit_test(text_nested_too_deep_is_no_json),
        cmocka_unit_test(looks_at_the_kind_before_it_takes_a_value),
        cmocka_unit_test(takes_each_kind),
        cmocka_unit_test(an_int_is_whole_not_negative_and_exact),
        cmocka_unit_test(not_a_number_is_no_number),
        cmocka_unit_test(escapes_what_json_and_terminals_must_not_see),
        cmocka_unit_test(keeps_utf8_and_replaces_what_is_none),
        cmocka_unit_test(what_it_writes_can_be_read_back),
        cmocka_unit_test(writes_values_compact_and_keeps_them),
        cmocka_unit_test(writes_integers_of_every_size),
        cmocka_unit_test(more_than_there_can_be_is_no_json),
        cmocka_unit_test(writes_hundredths_without_trailing_zeros),
    };

    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
