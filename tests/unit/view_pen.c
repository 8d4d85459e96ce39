/* view/pen.h: lines, and how many columns they have. */
#include <locale.h>

#include "unit.h"
#include "view/pen.h"

static struct buf b;
static struct pen p;

static void fresh(struct pen_style style)
{
    buf_clear(&b);
    p = (struct pen){ .b = &b, .style = style };
}

static bool is(const char *text)
{
    return b.len == strlen(text) && memcmp(b.bytes, text, b.len) == 0;
}

static const struct pen_style unicode = { .unicode = true };

static void text_is_cut_by_columns(void **state)
{
    static const struct {
        const char *text;
        size_t most;
        const char *out;
        size_t columns;
    } rows[] = {
        { "dump", 10, "dump", 4 },
        { "dump", 4, "dump", 4 },
        { "dump", 3, "du\u2026", 3 },
        { "dump", 1, "\u2026", 1 },
        { "dump", 0, "", 0 },
        { "", 0, "", 0 },
        /* wide: two columns each */
        { "\u5099\u4EFD", 4, "\u5099\u4EFD", 4 },
        { "\u5099\u4EFD", 3, "\u5099\u2026", 3 },
        { "\u5099\u4EFD", 2, "\u2026", 1 },
        { "\U0001F4BEx", 3, "\U0001F4BEx", 3 },
        /* combining: none */
        { "e\u0301a", 2, "e\u0301a", 2 },
        { "e\u0301ab", 2, "e\u0301\u2026", 2 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t columns;

        fresh(unicode);
        columns =
            pen_text(&p, rows[i].text, strlen(rows[i].text), rows[i].most);
        assert_row(is(rows[i].out), rows[i].text);
        assert_row(columns == rows[i].columns, rows[i].text);
        assert_row(p.columns == columns, rows[i].text);
    }
}

static void a_line_ends_at_a_space(void **state)
{
    static const struct {
        const char *text;
        size_t most, bytes;
    } rows[] = {
        { "", 4, 0 },
        { "dump", 4, 4 },
        { "no space", 2, 3 },
        { "no space", 3, 3 },
        { "no space", 7, 3 },
        { "no space", 8, 8 },
        { "nospace", 4, 4 },
        { "nospace x", 4, 4 },
        { "a b nospace", 6, 4 },
        { "\u5099\u4EFD", 3, 3 },
        { "\u5099\u4EFD", 1, 3 },
        { "\u0378b", 1, 2 }, /* no character: "?" stands for it */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(pen_fit(rows[i].text, strlen(rows[i].text), rows[i].most) ==
                       rows[i].bytes,
                   rows[i].text);
}

static void nothing_that_a_terminal_obeys_passes(void **state)
{
    static const struct {
        const char *text, *out;
    } rows[] = {
        { "a\33[2Jb", "a?[2Jb" },
        { "a\nb\r\tc", "a b c" },
        { "\7\x7F\xC2\x9B"
          "31m",
          "???31m" },
        { "\u202Etxt.exe", "?txt.exe" },
        { "\u2066a\u2069\u200F", "?a??" },
        { "\u061Ca\u200Bb\uFEFF", "?a?b?" },
        { "\u2060a\u2064b", "?a?b" },
        { "a\xE2\x81", "a??" }, /* cut */
        { "a\xFF\xC3(b", "a??"
                         "(b" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len = strlen(rows[i].text);

        fresh(unicode);
        pen_text(&p, rows[i].text, len, 100);
        assert_row(is(rows[i].out), rows[i].out);
        assert_row(p.columns == strlen(rows[i].out), rows[i].out);
        assert_row(pen_width(rows[i].text, len) == p.columns, rows[i].out);
    }
}

static void what_the_locale_has_not_is_not_shown(void **state)
{
    static const char text[] = "\u00E9\u5099x";

    (void)state;
    assert_non_null(setlocale(LC_CTYPE, "C"));
    fresh((struct pen_style){ 0 });
    pen_text(&p, text, sizeof text - 1, 10);
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    assert_true(is("??x"));
    fresh((struct pen_style){ 0 });
    pen_text(&p, "abcdef", 6, 4);
    assert_true(is("abc~"));
}

static void bars(void **state)
{
    static const struct {
        int64_t percent;
        size_t width;
        const char *ascii, *edged, *rich;
    } rows[] = {
        { -1, 6, "[    ]", "\u2595    \u258F", "      " },
        { 0, 6, "[    ]", "\u2595    \u258F", "      " },
        { 5000, 6, "[##  ]", "\u2595\u2588\u2588  \u258F",
          "\u2588\u2588\u2588   " },
        { 5625, 4, "[# ]", "\u2595\u2588\u258F\u258F", "\u2588\u2588\u258E " },
        /* full is only what is complete */
        { 9999, 6, "[### ]", "\u2595\u2588\u2588\u2588\u2589\u258F",
          "\u2588\u2588\u2588\u2588\u2588\u2589" },
        { 10000, 6, "[####]", "\u2595\u2588\u2588\u2588\u2588\u258F",
          "\u2588\u2588\u2588\u2588\u2588\u2588" },
        { 20000, 4, "[##]", "\u2595\u2588\u2588\u258F",
          "\u2588\u2588\u2588\u2588" },
        { 5000, 2, "  ", "  ", "  " },
        { 5000, 0, "", "", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *text = rows[i].edged;
        struct buf rich = BUF_INIT(256);

        fresh((struct pen_style){ 0 });
        pen_bar(&p, rows[i].percent, rows[i].width, PEN_CYAN);
        assert_row(is(rows[i].ascii), rows[i].ascii);
        assert_row(p.columns == rows[i].width, text);
        fresh(unicode);
        pen_bar(&p, rows[i].percent, rows[i].width, PEN_CYAN);
        assert_row(is(text), text);
        assert_row(p.columns == rows[i].width, text);
        fresh((struct pen_style){ true, true, true });
        pen_bar(&p, rows[i].percent, rows[i].width, PEN_CYAN);
        if (rows[i].width > 2) {
            buf_str(&rich, "\33[36m\33[48;5;238m");
            buf_str(&rich, rows[i].rich);
            buf_str(&rich, "\33[0m");
            buf_char(&rich, '\0');
            assert_row(is(rich.bytes), text);
        }
        assert_row(p.columns == rows[i].width, text);
        buf_free(&rich);
    }
}

static void colours_take_no_columns(void **state)
{
    (void)state;
    fresh((struct pen_style){ .colour = true });
    pen_colour(&p, PEN_RED);
    pen_word(&p, "\u2717");
    pen_colour(&p, PEN_PLAIN);
    pen_to(&p, 3);
    pen_right(&p, "7", 2);
    assert_true(is("\33[31m\u2717\33[0m   7"));
    assert_int_equal(p.columns, 5);
    fresh(unicode);
    pen_colour(&p, PEN_RED);
    assert_true(is(""));
}

static int open_all(void **state)
{
    (void)state;
    b = BUF_INIT(1 << 16);
    return setlocale(LC_CTYPE, "C.UTF-8") != NULL ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    buf_free(&b);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cut_by_columns),
        cmocka_unit_test(a_line_ends_at_a_space),
        cmocka_unit_test(nothing_that_a_terminal_obeys_passes),
        cmocka_unit_test(what_the_locale_has_not_is_not_shown),
        cmocka_unit_test(bars),
        cmocka_unit_test(colours_take_no_columns),
    };

    return cmocka_run_group_tests_name("view_pen", tests, open_all, close_all);
}
