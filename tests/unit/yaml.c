#include "base/yaml.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/plain.h"
#include "unit.h"

enum { TEXT_MAX = 4 * 1024 * 1024 };

/* Appends the documents of TEXT as JSON, one a line, then the reason why there
 * are no more. */
static void put_documents(struct buf *all, const char *text, size_t len)
{
    struct yaml y;
    bool good;
    jv document;

    yaml_begin(&y, text, len);
    while ((good = yaml_next(&y, &document)) && jv_is_valid(document)) {
        jv json = jv_dump_string(document, JV_PRINT_SORTED);

        buf_str(all, jv_string_value(json));
        buf_char(all, '\n');
        jv_free(json);
    }
    jv_free(document);
    assert_int_equal(good, y.why[0] == '\0');
    buf_str(all, y.why);
    yaml_end(&y);
    assert_false(all->failed);
}

static void assert_yaml_of(const char *text, size_t len, const char *expected)
{
    struct buf all = BUF_INIT(TEXT_MAX);

    put_documents(&all, text, len);
    buf_char(&all, '\0');
    assert_string_equal(all.bytes, expected);
    buf_free(&all);
}

static void assert_yaml(const char *text, const char *expected)
{
    assert_yaml_of(text, strlen(text), expected);
}

static void a_plain_scalar_means_what_it_means_to_kubectl(void **state)
{
    static const struct {
        const char *text, *json; /* NULL: a string */
    } rows[] = {
        { "", "null" },
        { "~", "null" },
        { "null", "null" },
        { "NULL", "null" },
        { "nUll", NULL },
        { "true", "true" },
        { "Yes", "true" },
        { "on", "true" },
        { "y", "true" },
        { "yES", NULL },
        { "False", "false" },
        { "no", "false" },
        { "OFF", "false" },
        { "n", "false" },
        { "nope", NULL },
        { "0", "0" },
        { "-0", "-0" },
        { "42", "42" },
        { "+42", "42" },
        { "-42", "-42" },
        { "1_000", "1000" },
        { "_1", NULL },
        { "010", "8" },
        { "0o10", "8" },
        { "08", "8" },
        { "0x1F", "31" },
        { "-0x1f", "-31" },
        { "0x", NULL },
        { "0xg", NULL },
        { "0b101", "5" },
        { "0b102", NULL },
        { "9007199254740993", "9007199254740992" }, /* a double */
        { "18446744073709551616", "18446744073709552000" },
        { "1.5", "1.5" },
        { "1.", "1" },
        { ".5", "0.5" },
        { "-.5", "-0.5" },
        { "1e3", "1000" },
        { "1E+3", "1000" },
        { "2.5e-1", "0.25" },
        { "1e", NULL },
        { "e1", NULL },
        { "1e999", NULL },
        { ".", NULL },
        { "-", NULL },
        { "+", NULL },
        { "--1", NULL },
        { "1 2", NULL },
        { "0x 1", NULL },
        { "1.2.3", NULL },
        { "10m", NULL },
        { "1:30", NULL },
        { "2023-02-20", NULL },
        { "2023-02-20T12:49:55Z", NULL },
        { "{{ .x }}", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        jv value = plain_value(rows[i].text, strlen(rows[i].text));
        bool is_string = jv_get_kind(value) == JV_KIND_STRING;
        jv json;

        assert_row(is_string == (rows[i].json == NULL), rows[i].text);
        json = jv_dump_string(value, 0);
        if (!is_string)
            assert_string_equal(jv_string_value(json), rows[i].json);
        else
            assert_row(strstr(jv_string_value(json), rows[i].text) != NULL,
                       rows[i].text);
        jv_free(json);
    }
    for (const char *const *text =
             (const char *const[]){ ".inf", "-.INF", "+.Inf", ".nan", NULL };
         *text != NULL; text++)
        assert_row(!jv_is_valid(plain_value(*text, strlen(*text))), *text);
}

static void a_long_number_is_a_string(void **state)
{
    char digits[1000];
    jv value;

    (void)state;
    memset(digits, '1', sizeof digits);
    value = plain_value(digits, 300);
    assert_int_equal(jv_get_kind(value), JV_KIND_NUMBER);
    jv_free(value);
    value = plain_value(digits, sizeof digits);
    assert_int_equal(jv_get_kind(value), JV_KIND_STRING);
    jv_free(value);
}

static void a_number_does_not_end_at_a_nul(void **state)
{
    jv value = plain_value("1\0002", 3);

    (void)state;
    assert_int_equal(jv_get_kind(value), JV_KIND_STRING);
    jv_free(value);
}

static void what_stands_in_quotes_is_a_string(void **state)
{
    (void)state;
    assert_yaml("[yes, 'yes', \"yes\", 0x10, '0x10', \"\", '']",
                "[true,\"yes\",\"yes\",16,\"0x10\",\"\",\"\"]\n");
    assert_yaml("a: |\n  yes\nb: >-\n  no\n  no\n",
                "{\"a\":\"yes\\n\",\"b\":\"no no\"}\n");
    assert_yaml("'a\\n''b': \"a\\n\\x41\\u00e9\"",
                "{\"a\\\\n'b\":\"a\\nA\xC3\xA9\"}\n");
}

static void a_tag_says_what_is_meant(void **state)
{
    (void)state;
    assert_yaml("[!!str 1, !!int '3', !!float 2, !!bool \"no\", !!null '', "
                "!mine 7, !!binary aGE=]",
                "[\"1\",3,2,false,null,\"7\",\"aGE=\"]\n");
    assert_yaml("- !!int x", "line 1, column 3: the value is not what its "
                             "tag says");
    assert_yaml("a: .inf", "line 1, column 4: JSON has no such number");
}

static void mappings_have_strings_for_keys(void **state)
{
    (void)state;
    assert_yaml("{on: 1, 0x10: 2, 1.5: 3, no: 4, 'on': 5}",
                "{\"1.5\":3,\"16\":2,\"false\":4,\"on\":5,\"true\":1}\n");
    assert_yaml("? a\n: 1\n? b\n", "{\"a\":1,\"b\":null}\n");
    assert_yaml("x: 1\n~: 2\n",
                "line 2, column 1: a key is neither a string nor a number "
                "nor a truth value");
    assert_yaml("name: {{ .Values.name }}\n",
                "line 1, column 8: a key is neither a string nor a number "
                "nor a truth value");
}

static void a_key_stands_once(void **state)
{
    (void)state;
    assert_yaml("a: 1\nb: 2\na: 3\n",
                "line 3, column 1: the key \"a\" is there twice");
    assert_yaml("{yes: 1, true: 2}",
                "line 1, column 10: the key \"true\" is there twice");
    assert_yaml("\"\\e[1m\\u2028\\N\": 1\n\"\\e[1m\\u2028\\N\": 2\n",
                "line 2, column 1: the key \"?[1m??\" is there twice");
}

static void aliases_and_merge_keys_are_followed(void **state)
{
    (void)state;
    assert_yaml("- &a {x: 1}\n- *a\n- &a 2\n- *a\n",
                "[{\"x\":1},{\"x\":1},2,2]\n");
    assert_yaml("- &a key\n- {*a : 1}\n", "[\"key\",{\"key\":1}]\n");
    /* its own member wins wherever it stands, then the first mapping */
    assert_yaml("- &a {o: 1, p: 2}\n- &b {p: 3, q: 4}\n"
                "- {o: 0, <<: [*a, *b]}\n- {<<: *b, q: 0}\n",
                "[{\"o\":1,\"p\":2},{\"p\":3,\"q\":4},"
                "{\"o\":0,\"p\":2,\"q\":4},{\"p\":3,\"q\":0}]\n");
    assert_yaml("{'<<': 1}", "{\"<<\":1}\n");
    assert_yaml("{<<: 1}", "line 1, column 2: only mappings can be merged");
    assert_yaml("{<<: [[]]}", "line 1, column 2: only mappings can be merged");
    assert_yaml("- *a", "line 1, column 3: no anchor \"a\" before this alias");
    assert_yaml("&a [*a]", "line 1, column 5: no anchor \"a\" before this "
                           "alias");
    assert_yaml("--- &a 1\n--- *a\n",
                "1\nline 2, column 5: no anchor \"a\" before this alias");
}

static void few_lines_cannot_stand_for_a_billion_values(void **state)
{
    struct buf text = BUF_INIT(TEXT_MAX);

    (void)state;
    buf_str(&text, "a: &a [1,1,1,1,1,1,1,1,1]\n");
    for (char c = 'b'; c <= 'z'; c++) {
        char line[64];

        snprintf(line, sizeof line, "%c: &%c [*%c,*%c,*%c,*%c,*%c]\n", c, c,
                 c - 1, c - 1, c - 1, c - 1, c - 1);
        buf_str(&text, line);
    }
    assert_yaml_of(text.bytes, text.len,
                   "line 8, column 11: too many values, aliases followed");
    buf_clear(&text);
    buf_str(&text, "- &a {");
    for (int i = 0; i < 1000; i++) {
        char member[32];

        snprintf(member, sizeof member, "k%d: 1, ", i);
        buf_str(&text, member);
    }
    buf_str(&text, "}\n");
    for (int i = 0; i < 1000; i++)
        buf_str(&text, "- {<<: *a}\n");
    assert_yaml_of(text.bytes, text.len,
                   "line 167, column 4: too many values, aliases followed");
    buf_free(&text);
}

static void nesting_has_a_ceiling(void **state)
{
    char text[2 * (YAML_DEPTH_MAX + 1) + 1] = "";
    struct yaml y;
    jv document;

    (void)state;
    memset(text, '[', YAML_DEPTH_MAX);
    memset(text + YAML_DEPTH_MAX, ']', YAML_DEPTH_MAX);
    yaml_begin(&y, text, 2 * YAML_DEPTH_MAX);
    assert_true(yaml_next(&y, &document));
    assert_int_equal(jv_get_kind(document), JV_KIND_ARRAY);
    jv_free(document);
    yaml_end(&y);
    memset(text, '[', sizeof text - 1);
    assert_yaml_of(text, sizeof text - 1,
                   "line 1, column 257: nested too deep");
    memset(text, '{', sizeof text - 1);
    assert_yaml_of(text, sizeof text - 1,
                   "line 1, column 257: nested too deep");
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = i % 2 ? ' ' : '-';
    assert_yaml_of(text, sizeof text - 1,
                   "line 1, column 513: nested too deep");
}

static void documents_come_one_by_one(void **state)
{
    (void)state;
    assert_yaml("", "");
    assert_yaml("# nothing\n", "");
    assert_yaml("a: 1", "{\"a\":1}\n");
    assert_yaml("---\na: 1\n---\n---\nb: 2\n...\n# end\n",
                "{\"a\":1}\nnull\n{\"b\":2}\n");
    assert_yaml("a: 1\n---\nb: [\n", "{\"a\":1}\nline 4, column 1: did not "
                                     "find expected node content while "
                                     "parsing a flow node");
}

static void what_is_no_yaml_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_yaml("a:\n\tb: 1\n",
                "line 2, column 1: a tab where only spaces may be");
    assert_yaml("a: b: c\n", "line 1, column 5: mapping values are not "
                             "allowed in this context");
    assert_yaml("\xC3\xA9: '\n", "line 2, column 1: found unexpected end of "
                                 "stream while scanning a quoted scalar");
    assert_yaml("a:\n  \xC3\xA9: \xFF\n",
                "line 2, column 6: invalid leading UTF-8 octet");
    assert_yaml_of("a: \0", 4,
                   "line 1, column 4: control characters are not allowed");
    assert_yaml("- %100s", "line 1, column 3: found character that cannot "
                           "start any token while scanning for the next "
                           "token");
}

static void other_line_ends_and_a_byte_order_mark_do_no_harm(void **state)
{
    (void)state;
    assert_yaml("\xEF\xBB\xBF"
                "a: 1\r\nb:\r\n- x\r\n- |\r\n  y\r\n  z\r\n",
                "{\"a\":1,\"b\":[\"x\",\"y\\nz\\n\"]}\n");
    assert_yaml("a:\tb\t# tab\n", "{\"a\":\"b\"}\n");
    /* libyaml ends lines at a lone carriage return too, where we see none */
    assert_yaml("a:\r  b: 1\r  c:\r\td: 1\r",
                "line 4, column 1: found character that cannot start any "
                "token while scanning for the next token");
    assert_yaml_of("\xFF\xFE"
                   "a\0:\0 \0001\0\n\0",
                   12, "{\"a\":1}\n");
}

static void json_is_read_as_json(void **state)
{
    (void)state;
    assert_yaml(" \n{\"a\":[1,\"no\",null,\"\\ud83d\\ude00\"]}\n",
                "{\"a\":[1,\"no\",null,\"\xF0\x9F\x98\x80\"]}\n");
    assert_yaml("\xEF\xBB\xBF{\"a\":1,\"a\":2}", "{\"a\":2}\n");
    assert_yaml("{\n\t\"a\":\t1\n}\n", "{\"a\":1}\n");
    assert_yaml("{\"a\":1}\n---\n{\"b\":2}\n", "{\"a\":1}\n{\"b\":2}\n");
    assert_yaml("{\"a\": 1,\n \"b\": [1,\n", "line 3, column 1: did not find "
                                             "expected node content while "
                                             "parsing a flow node");
    assert_yaml("{\"a\":1} {\"b\":2}", "{\"a\":1}\nline 1, column 9: did not "
                                       "find expected <document start>");
}

static void any_bytes_are_read_or_refused(void **state)
{
    static const char text[] =
        "a: &x {k: 1, l: [no, 'q']}\nb:\n  <<: *x\n  t: |\n    {{ .a }}\n"
        "? c\n: !!str >-\n  d\n---\n{\"e\": \"f\\u00e9\", \"g\": {}}\n";
    static const char special[] = "{}[]&*!|>-:?#%@`'\"\n\t ,<\\";
    bool slow = getenv("PHASEPIPE_WRAP") != NULL;
    int rounds = slow ? 300 : 20000;
    struct buf all = BUF_INIT(TEXT_MAX);

    (void)state;
    srand(11);
    for (int i = 0; i < rounds; i++) {
        char bytes[sizeof text];
        size_t len = (size_t)rand() % sizeof text;

        memcpy(bytes, text, sizeof text);
        for (int j = rand() % 5; j >= 0; j--)
            bytes[(size_t)rand() % (sizeof text - 1)] =
                rand() % 2 ? special[(size_t)rand() % (sizeof special - 1)]
                           : (char)rand();
        buf_clear(&all);
        put_documents(&all, bytes, i % 2 ? len : sizeof text - 1);
    }
    buf_free(&all);
}

static void no_bytes_are_no_document(void **state)
{
    struct yaml y;
    jv document;

    (void)state;
    yaml_begin(&y, NULL, 0);
    assert_true(yaml_next(&y, &document));
    assert_false(jv_is_valid(document));
    jv_free(document);
    yaml_end(&y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bytes_are_no_document),
        cmocka_unit_test(a_plain_scalar_means_what_it_means_to_kubectl),
        cmocka_unit_test(a_long_number_is_a_string),
        cmocka_unit_test(a_number_does_not_end_at_a_nul),
        cmocka_unit_test(what_stands_in_quotes_is_a_string),
        cmocka_unit_test(a_tag_says_what_is_meant),
        cmocka_unit_test(mappings_have_strings_for_keys),
        cmocka_unit_test(a_key_stands_once),
        cmocka_unit_test(aliases_and_merge_keys_are_followed),
        cmocka_unit_test(few_lines_cannot_stand_for_a_billion_values),
        cmocka_unit_test(nesting_has_a_ceiling),
        cmocka_unit_test(documents_come_one_by_one),
        cmocka_unit_test(what_is_no_yaml_is_refused_with_its_place),
        cmocka_unit_test(other_line_ends_and_a_byte_order_mark_do_no_harm),
        cmocka_unit_test(json_is_read_as_json),
        cmocka_unit_test(any_bytes_are_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
