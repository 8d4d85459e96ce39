/* view/documents.h: JSON documents in a stream. */
#include "unit.h"
#include "view/documents.h"

static struct buf got;

static void see(void *arg, const char *text, size_t len)
{
    (void)arg;
    buf_char(&got, '<');
    buf_add(&got, text, len);
    buf_char(&got, '>');
}

/* Cuts TEXT, which arrives in pieces of N bytes. */
static uint64_t cut(const char *text, size_t n)
{
    struct documents d;
    size_t len = strlen(text);

    buf_clear(&got);
    documents_open(&d);
    for (size_t i = 0; i < len; i += n)
        documents_take(&d, text + i, len - i < n ? len - i : n, see, NULL);
    documents_end(&d);
    documents_close(&d);
    return d.strange;
}

static void what_is_cut_does_not_depend_on_how_it_arrives(void **state)
{
    static const struct {
        const char *text, *out;
        uint64_t strange;
    } rows[] = {
        { "", "", 0 },
        { "\n\n  \r\n", "", 0 },
        { "{}", "<{}>", 0 },
        { "{\"type\":\"status\",\"a\":{}}\r\n{\"type\":\"x\"}\n",
          "<{\"type\":\"status\",\"a\":{}}><{\"type\":\"x\"}>", 0 },
        /* as kubectl prints them */
        { "{\n    \"a\": [\n        {}\n    ]\n}\n{\n    \"b\": 1\n}\n",
          "<{\n    \"a\": [\n        {}\n    ]\n}><{\n    \"b\": 1\n}>", 0 },
        { "{\"a\":1}{\"b\":2} {\"c\":3}", "<{\"a\":1}><{\"b\":2}><{\"c\":3}>",
          0 },
        /* braces within strings are none */
        { "{\"a\":\"}{\\\"}\"}\n", "<{\"a\":\"}{\\\"}\"}>", 0 },
        { "{\"a\":\"\\\\\"}{\"b\":1}", "<{\"a\":\"\\\\\"}><{\"b\":1}>", 0 },
        /* lines of a log */
        { "starting {\n{\"a\":1}\nit's \"done\n[1]\n{\"b\":1}\n",
          "<{\"a\":1}><{\"b\":1}>", 3 },
        /* what is broken costs itself alone */
        { "{\"a\":[1\n{\"b\":1}\n", "<{\"b\":1}>", 1 },
        { "{\"a\":\"x\n{\"b\":1}\n", "<{\"b\":1}>", 1 },
        { "{oops\nplain\n{\"type\":\"status\"}\n", "<{\"type\":\"status\"}>",
          1 },
        /* what has not ended is none */
        { "{\"type\":\"status\",\"a\":{}}\n{\"type\":\"status\",\"a\":{}",
          "<{\"type\":\"status\",\"a\":{}}>", 1 },
        { "{\"type\":\"status\",\"a\":{}}", "<{\"type\":\"status\",\"a\":{}}>",
          0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t n = 1; n <= strlen(rows[i].text) + 1; n++) {
            uint64_t strange = cut(rows[i].text, n);

            assert_row(got.len == strlen(rows[i].out), rows[i].text);
            assert_row(got.len == 0 ||
                           memcmp(got.bytes, rows[i].out, got.len) == 0,
                       rows[i].text);
            assert_row(strange == rows[i].strange, rows[i].text);
        }
}

static void a_document_has_a_ceiling(void **state)
{
    static char filler[1024 * 1024];
    struct documents d;

    (void)state;
    memset(filler, ' ', sizeof filler);
    buf_clear(&got);
    documents_open(&d);
    documents_take(&d, "{\"a\":\n", 6, see, NULL);
    for (size_t i = 0; i <= DOCUMENT_MAX / sizeof filler; i++)
        documents_take(&d, filler, sizeof filler, see, NULL);
    documents_take(&d, "1}\n{\"b\":1}\n", 11, see, NULL);
    assert_int_equal(d.strange, 1);
    assert_int_equal(d.huge, 1);
    assert_int_equal(d.above, 0);
    assert_int_equal(got.len, 9);
    assert_memory_equal(got.bytes, "<{\"b\":1}>", 9);
    documents_end(&d);
    documents_close(&d);
    assert_true(d.text.bytes == NULL);
}

/* A record has a ceiling, and so has a line that is none; in any pieces. */
static void a_line_has_the_ceiling_of_records(void **state)
{
    static const size_t pieces[] = { 1000, 65536, 1 << 20 };
    static const struct {
        const char *head, *tail;
        size_t len; /* of both, and what is between them */
        uint64_t strange, above;
        bool seen;
    } rows[] = {
        { "{\"type\":\"status\",\"a\":\"", "\"}\n", 65537, 0, 0, true },
        { "{\"type\":\"status\",\"a\":\"", "\"}\n", 65538, 1, 1, false },
        { "{\"type\":\"ADDED\",\"a\":\"", "\"}\n", 65538, 0, 0, true },
        { "some ", "\n", 65537, 1, 0, false },
        { "some ", "\n", 65538, 1, 1, false },
        { "some ", "", 65537, 1, 1, false },
        { "  some ", "", 65537 + 2, 1, 1, false },
    };
    char *text = malloc(70000);

    (void)state;
    for (size_t i = 0; i < COUNT(rows) * COUNT(pieces); i++) {
        size_t row = i / COUNT(pieces), n = pieces[i % COUNT(pieces)];
        size_t len = rows[row].len, tail = strlen(rows[row].tail);
        struct documents d;

        memset(text, 'x', len);
        memcpy(text, rows[row].head, strlen(rows[row].head));
        memcpy(text + len - tail, rows[row].tail, tail);
        buf_clear(&got);
        documents_open(&d);
        for (size_t at = 0; at < len; at += n)
            documents_take(&d, text + at, len - at < n ? len - at : n, see,
                           NULL);
        documents_end(&d);
        documents_close(&d);
        assert_int_equal(d.strange, rows[row].strange);
        assert_int_equal(d.above, rows[row].above);
        assert_int_equal(d.huge, 0);
        assert_int_equal(got.len, rows[row].seen ? len - 1 + 2 : 0);
    }
    free(text);
}

static int open_all(void **state)
{
    (void)state;
    got = BUF_INIT(1 << 20);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    buf_free(&got);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_cut_does_not_depend_on_how_it_arrives),
        cmocka_unit_test(a_document_has_a_ceiling),
        cmocka_unit_test(a_line_has_the_ceiling_of_records),
    };

    return cmocka_run_group_tests_name("view_documents", tests, open_all,
                                       close_all);
}
