/* What others say an action's status is: cut, read, laid out and told, nothing
 * comes out that a terminal obeys, and no line is wider than it. */
#include <locale.h>

#include "fuzz.h"
#include "view/documents.h"
#include "view/screen.h"
#include "view/told.h"

struct run {
    struct board board;
    struct buf lines, told;
};

static bool take(void *arg, struct viewed *v)
{
    struct run *r = arg;
    struct board_entry *e = board_take(&r->board, v);
    size_t start = r->told.len;

    if (e == NULL)
        return true;
    MUST(e->v.whole.percent <= VIEWED_COMPLETE);
    if (told_due(e))
        told_put(&r->told, e);
    MUST(!told_due(e));
    MUST(r->told.failed ||
         are_harmless_lines(r->told.bytes + start, r->told.len - start));
    return true;
}

static void see(void *arg, const char *text, size_t len)
{
    struct run *r = arg;

    buf_add(&r->lines, text, len);
    buf_char(&r->lines, '\n');
    MUST(len > 1 && text[0] == '{');
    (void)told_glance(text, len);
    (void)viewed_read(text, len, take, r);
}

/* Takes the input in pieces of at most MOST bytes; how much was strange. */
static uint64_t cut(struct run *r, struct input in, size_t most)
{
    struct documents d;
    struct pieces p = { in.at, in.left, most, 1 };
    char bytes[4096];
    ssize_t n;

    documents_open(&d);
    while ((n = pieces_read(&p, bytes, sizeof bytes)) > 0)
        documents_take(&d, bytes, (size_t)n, see, r);
    documents_end(&d);
    documents_close(&d);
    return d.strange;
}

static void lay(const struct run *r, struct pen_style style, size_t width,
                size_t height)
{
    struct screen s;

    screen_open(&s);
    MUST(screen_lay(&s, &r->board, style, width, height, 0));
    MUST(height == 0 || s.count <= height);
    for (size_t i = 0; i < s.count; i++) {
        const struct screen_line *line = &s.lines[i];

        MUST(line->columns < width);
        MUST(line->len == 0 ||
             is_harmless(s.text.bytes + line->start, line->len));
    }
    screen_close(&s);
}

static struct run run_of(struct input in, size_t most, uint64_t *strange)
{
    struct run r = { .lines = BUF_INIT(1 << 22), .told = BUF_INIT(1 << 22) };

    *strange = cut(&r, in, most);
    return r;
}

static void end(struct run *r)
{
    board_free(&r->board);
    buf_free(&r->lines);
    buf_free(&r->told);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input in = input_of(bytes, len);
    size_t width = 1 + input_byte(&in), height = input_byte(&in) % 12;
    uint64_t strange, again;
    struct run r, pieces;

    (void)setlocale(LC_CTYPE, "C.UTF-8");
    r = run_of(in, 4096, &strange);
    pieces = run_of(in, 7, &again);
    MUST(strange == again);
    must_be_same(&r.lines, &pieces.lines);
    must_be_same(&r.told, &pieces.told);
    lay(&r, (struct pen_style){ .unicode = true }, width, height);
    lay(&r, (struct pen_style){ 0 }, width, 0);
    end(&r);
    end(&pieces);
    return 0;
}
