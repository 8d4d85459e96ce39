#include "base/ring.h"

#include "unit.h"

enum { ROOM = 16 };

static struct ring ring;

static void put(const char *text)
{
    ring_put(&ring, text, strlen(text));
}

/* Takes at most N bytes and compares them. */
static void assert_next(size_t n, const char *text)
{
    const char *bytes;
    size_t got = ring_peek(&ring, &bytes, n);

    assert_int_equal(got, strlen(text));
    assert_memory_equal(bytes, text, got);
    ring_take(&ring, got);
}

/* Takes all that is there, which may lie in two pieces, and compares it. */
static void assert_all(const char *text)
{
    char all[ROOM + 1] = "";
    size_t len = 0;

    while (ring_len(&ring) > 0) {
        const char *bytes;
        size_t n = ring_peek(&ring, &bytes, ROOM);

        memcpy(all + len, bytes, n);
        len += n;
        ring_take(&ring, n);
    }
    all[len] = '\0';
    assert_string_equal(all, text);
}

static int open_ring(void **state)
{
    (void)state;
    return ring_open(&ring, ROOM) ? 0 : -1;
}

static int close_ring(void **state)
{
    (void)state;
    ring_close(&ring);
    return 0;
}

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    assert_next(ROOM, "");
    for (int i = 0; i < 20; i++) { /* once around, and again */
        put("abc\nde\r");
        assert_all("abc\nde\r");
    }
    assert_int_equal(ring.dropped, 0);
}

static void whole_lines_come_first(void **state)
{
    (void)state;
    put("ab\ncd\ref");
    assert_next(8, "ab\ncd\r");
    assert_next(8, "ef");
    put("ghi\n");
    assert_next(2, "gh");
    assert_next(9, "i\n");
}

static void the_oldest_lines_go(void **state)
{
    (void)state;
    put("one\ntwo\rthree\n");
    put("four\n");
    assert_int_equal(ring.dropped, 4);
    put("5\n");
    assert_int_equal(ring.dropped, 8);
    assert_all("three\nfour\n5\n");
}

static void a_line_in_part_is_ended_where_its_rest_is_lost(void **state)
{
    (void)state;
    put("abcdefgh\n12\n");
    assert_next(3, "abc");
    put("0123456\n");
    assert_int_equal(ring.dropped, 6);
    assert_all("\n12\n0123456\n");
    /* and only once, however much is lost */
    put("abcdefgh\n12\n");
    assert_next(3, "abc");
    for (int i = 0; i < 9; i++)
        put("0123456789\n");
    assert_all("\n0123456789\n");
}

static void a_line_without_its_beginning_is_lost_whole(void **state)
{
    (void)state;
    put("0123456789");
    put("0123456789");
    put("01\nabc\n");
    assert_int_equal(ring.dropped, 23);
    assert_all("abc\n");
}

static void more_than_there_is_room_for_leaves_its_end(void **state)
{
    (void)state;
    put("0123456789\n0123456789\n0123456789\nabcdefg\n");
    assert_int_equal(ring.dropped, 33);
    assert_all("abcdefg\n");
    put("0123456789012345678901234567890123456789");
    put("x\ny\n");
    assert_all("y\n");
}

static void all_can_be_dropped(void **state)
{
    (void)state;
    put("abc\ndef");
    ring_drop(&ring);
    assert_int_equal(ring.dropped, 7);
    put("ghi\njkl\n");
    assert_all("jkl\n");
    assert_int_equal(ring.dropped, 11);
}

/* Random pieces to and fro: what comes out are whole lines of what went in,
 * but for a part that ends early, and every byte is either out or counted. */
static void nothing_is_glued_and_nothing_uncounted(void **state)
{
    uint64_t in = 0, out = 0, mends = 0;
    char line[8], last = '\n';

    (void)state;
    srand(5);
    for (int i = 0; i < 200000; i++) {
        const char *bytes;
        size_t n;

        if (rand() % 2 != 0) { /* "<aaa>\n": a glued one would lack a bracket */
            size_t len = (size_t)snprintf(line, sizeof line, "<%.*s>\n",
                                          rand() % 4, "aaa");

            ring_put(&ring, line, len);
            in += len;
            continue;
        }
        n = ring_peek(&ring, &bytes, 1 + (size_t)rand() % ROOM);
        mends += n > 0 && ring.mended;
        for (size_t at = 0; at < n; at++) {
            if (bytes[at] == '<')
                assert_int_equal(last, '\n');
            last = bytes[at];
        }
        ring_take(&ring, n);
        out += n;
    }
    assert_true(mends > 0 && ring.dropped > 0);
    out += ring_len(&ring) - ring.mended;
    assert_int_equal(in, out - mends + ring.dropped);
}

/* A line of LEN bytes at least, that shows how long it is and where. */
static size_t make_line(char line[1024], size_t len)
{
    size_t n = (size_t)snprintf(line, 1024, "<%zu:", len);

    while (n < len)
        line[n++] = 'a';
    line[n++] = '>';
    line[n++] = len % 2 == 0 ? '\n' : '\r';
    return n;
}

/* Long ones, of either end: what is kept are the last that were put. */
static void lines_of_any_length_go_whole(void **state)
{
    enum { BIG = 3000 };
    char all[50 * 1024], line[1024];
    struct ring big;

    (void)state;
    srand(7);
    assert_true(ring_open(&big, BIG));
    for (int round = 0; round < 100; round++) {
        size_t len = 0, at;
        bool first = true;

        for (int i = 0; i < 50; i++) {
            size_t n = make_line(line, 5 + (size_t)rand() % 900);

            memcpy(all + len, line, n);
            len += n;
            ring_put(&big, line, n);
        }
        for (at = len - ring_len(&big); ring_len(&big) > 0; first = false) {
            const char *bytes;
            size_t n = ring_peek(&big, &bytes, BIG);

            assert_true(!first || bytes[0] == '<');
            assert_memory_equal(bytes, all + at, n);
            ring_take(&big, n);
            at += n;
        }
        assert_int_equal(at, len);
    }
    ring_close(&big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_goes_in_comes_out, open_ring,
                                        close_ring),
        cmocka_unit_test_setup_teardown(whole_lines_come_first, open_ring,
                                        close_ring),
        cmocka_unit_test_setup_teardown(the_oldest_lines_go, open_ring,
                                        close_ring),
        cmocka_unit_test_setup_teardown(
            a_line_in_part_is_ended_where_its_rest_is_lost, open_ring,
            close_ring),
        cmocka_unit_test_setup_teardown(
            a_line_without_its_beginning_is_lost_whole, open_ring, close_ring),
        cmocka_unit_test_setup_teardown(
            more_than_there_is_room_for_leaves_its_end, open_ring, close_ring),
        cmocka_unit_test_setup_teardown(all_can_be_dropped, open_ring,
                                        close_ring),
        cmocka_unit_test_setup_teardown(nothing_is_glued_and_nothing_uncounted,
                                        open_ring, close_ring),
        cmocka_unit_test(lines_of_any_length_go_whole),
    };

    return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
