/*
 * Messages about one path: where the path ends, which pieces belong to the
 * message, and what is given back.
 */
#include "unit.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/rec.h"
#include "mover/document.h"
#include "mover/kopia.h"
#include "mover/message.h"

enum { CEILING = 1024 * 1024 };

static struct matcher *matcher;
static const char *silence;       /* why there was no progress */
static struct buf records, lines; /* what came out, and what nobody knew */

#define PROGRESS                                                               \
    " | 1 hashing, 2 hashed (3 B), 0 cached (0 B), uploaded 8 B, "             \
    "estimating..."
#define F40            "unexpected content error: error getting cached content from blob "
#define JOINED         "error uploading parts: seek error: no\nseek error: no"
#define CREATED        "Created snapshot with root k1 and ID a1 in 1s"
#define OPEN_CUT(path) "unable to open file: open /d/" path
#define OPEN(path)     "unable to open file: open /d/" path ": permission denied"

struct memory {
    const char *bytes;
    size_t left, piece; /* read at most this many at a time */
};

static ssize_t memory_read(void *arg, char *bytes, size_t n)
{
    struct memory *m = arg;

    n = n < m->piece ? n : m->piece;
    n = n < m->left ? n : m->left;
    memcpy(bytes, m->bytes, n);
    m->bytes += n;
    m->left -= n;
    return (ssize_t)n;
}

/* Keeps a message as it is, of another record its type, or its operation. */
static void keep_record(void *arg, const char *record, size_t len)
{
    static const char message[] = "{\"type\":\"message\",";
    size_t head = sizeof message - 1;

    (void)arg;
    if (len > head && memcmp(record, message, head) == 0)
        buf_add(&records, record + head, len - head - 2);
    else
        buf_char(&records, record[9]); /* p of progress, r of result */
    buf_char(&records, '\n');
}

static void keep_line(void *arg, const char *line, size_t len)
{
    (void)arg;
    buf_add(&lines, line, len);
    buf_char(&lines, '\n');
}

static void parse(const char *console, size_t len, size_t piece)
{
    struct memory memory = { console, len, piece };
    struct kopia_options options = { .emit = keep_record,
                                     .unmatched = keep_line,
                                     .matcher = matcher };
    struct kopia *k = kopia_new(&options);
    struct record record;
    struct rec in;

    assert_non_null(k);
    assert_true(rec_open(&in, -1, CUT_CR_LF));
    in.read = memory_read;
    in.read_arg = &memory;
    buf_clear(&records);
    buf_clear(&lines);
    while (rec_next(&in, &record, -1) == REC_OK)
        kopia_piece(k, &record);
    kopia_end(k);
    silence = kopia_silence(k);
    rec_close(&in);
    kopia_free(k);
    buf_char(&records, '\0');
    buf_char(&lines, '\0');
}

static void check(const char *console, const char *wanted, const char *unknown)
{
    size_t len = strlen(console);

    for (size_t piece = 1; piece <= len; piece += len - 1) {
        parse(console, len, piece);
        if (strcmp(records.bytes, wanted) != 0)
            fail_msg("%s\ngives\n%s\nand not\n%s", console, records.bytes,
                     wanted);
        if (strcmp(lines.bytes, unknown) != 0)
            fail_msg("%s\nleaves\n%s\nand not\n%s", console, lines.bytes,
                     unknown);
    }
}

#define ERROR(path, text)                                                      \
    "\"level\":\"error\",\"path\":\"" path "\",\"text\":\"" text "\"\n"

/* Where the path ends, in PATH": TEXT of one line. */
static void end_of_path(void **state)
{
    static const char *const rows[][2] = {
        { "a\": no", ERROR("a", "no") },
        /* the text has quotes of its own */
        { "f40\": " F40 "\"p70c20\": failed: BLOB not found",
          ERROR("f40", F40 "\\\"p70c20\\\": failed: BLOB not found") },
        { "a\": Put \"https://h/p1\": dial: blob \"p\\\"2\": no",
          ERROR("a", "Put \\\"https://h/p1\\\": dial: blob \\\"p\\\\\\\"2\\\": "
                     "no") },
        { "a\": (\"b\": \"c\": no)", ERROR("a", "(\\\"b\\\": \\\"c\\\": no)") },
        /* the path has */
        { "a\": b\": no", ERROR("a\\\": b", "no") },
        { "my \"best\": song\": no", ERROR("my \\\"best\\\": song", "no") },
        { "a\": b \"c\": d\": no", ERROR("a\\\": b \\\"c\\\": d", "no") },
        { "\": \": \": no", ERROR("\\\": \\\": ", "no") },
        /* both have */
        { "a\": b\": blob \"p\": no", ERROR("a\\\": b", "blob \\\"p\\\": no") },
        /* the text names the path, which no count of quotes can deny */
        { "x \"a\": b \"c\": " OPEN("x \"a\": b \"c"),
          ERROR("x \\\"a\\\": b \\\"c", OPEN("x \\\"a\\\": b \\\"c")) },
        { "a\": \"b\": " OPEN("a\": \"b"),
          ERROR("a\\\": \\\"b", OPEN("a\\\": \\\"b")) },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char console[512], wanted[512];

        snprintf(wanted, sizeof wanted, "%sr\n", rows[i][1]);
        snprintf(console, sizeof console, "Error when processing \"%s\n",
                 rows[i][0]);
        check(console, wanted, "");
        snprintf(wanted, sizeof wanted, "%sp\nr\n", rows[i][1]);
        snprintf(console, sizeof console,
                 "\n ! Error when processing \"%s\n\r" PROGRESS, rows[i][0]);
        check(console, wanted, "");
    }
}

static void texts_of_several_lines(void **state)
{
    (void)state;
    /* between a message and the progress behind it is the message */
    check(
        "\n ! Error when processing \"a\": " JOINED "\n\r" PROGRESS,
        ERROR(
            "a",
            "error uploading parts: seek error: no\\nseek error: no") "p\nr\n",
        "");
    /* ... in colour */
    check(
        "\x1b[91m\n ! Error when processing \"a\": " JOINED
        "\n\x1b[0m\r" PROGRESS,
        ERROR(
            "a",
            "error uploading parts: seek error: no\\nseek error: no") "p\nr\n",
        "");
    /* ... but for what is known to be a line of its own */
    check("\n ! Error when processing \"a\": no\n" CREATED "\n\r" PROGRESS,
          ERROR("a", "no") "p\nr\n", "");
    check("\n ! Error when processing \"a\": no\nwhat\n" CREATED "\n",
          ERROR("a", "no") "r\n", "what\n");
    check("\n ! Error when processing \"a\": no\nwhat\n",
          ERROR("a", "no") "r\n", "what\n");
    /* without progress nothing shows where it ends */
    check("Error when processing \"a\": no\nwhat\n\r" PROGRESS,
          ERROR("a", "no") "p\nr\n", "what\n");
    /* ... but the copy of the path does */
    check("Error when processing \"a\nb\nc\": " OPEN("a\nb\nc") "\nwhat\n",
          ERROR("a\\nb\\nc", OPEN("a\\nb\\nc")) "r\n", "what\n");
    check("Error when processing \"a\n" CREATED "\": " OPEN("a\n" CREATED) "\n",
          ERROR("a\\n" CREATED, OPEN("a\\n" CREATED)) "r\n", "");
    /* what is no copy is no part of it */
    check("Error when processing \"a\nb\": open /d/a\n" CREATED "\n",
          ERROR("a\\nb", "open /d/a") "r\n", "");
    check("Error when processing \"a\nb\": open /d/a\nbut\n",
          ERROR("a\\nb", "open /d/a") "r\n", "but\n");
}

#define PARTS        "error uploading parts: seek: no"
#define FAILED(text) "\"level\":\"error\",\"text\":\"" text "\"\nr\n"

static void unfinished_texts(void **state)
{
    (void)state;
    /* several joined errors, without progress */
    check("Error when processing \"a\": " PARTS "\nseek: no\nseek: b\nsee\n",
          ERROR("a", PARTS "\\nseek: no\\nseek: b") "r\n", "see\n");
    check("Error when processing \"a\": " PARTS "\r\nseek: no\r\n" CREATED
          "\r\n",
          ERROR("a", PARTS "\\nseek: no") "r\n", "");
    /* ... and in a failure text */
    check("upload error: " PARTS "\nseek: b\nwhat\n",
          FAILED("upload error: " PARTS "\\nseek: b"), "what\n");
    check("upload error: " PARTS "\r\nseek: b\r\n",
          FAILED("upload error: " PARTS "\\nseek: b"), "");
    check("{\"m\":\"upload error: " PARTS "\\nseek: b\\nwhat\"}\n",
          FAILED("upload error: " PARTS "\\nseek: b"), "what\n");
    /* a name with newlines */
    check("upload error: " OPEN("a\nb\nc") "\nwhat\n",
          FAILED("upload error: " OPEN("a\\nb\\nc")), "what\n");
    check("upload error: " OPEN("a\rb") "\n",
          FAILED("upload error: " OPEN("a\\rb")), "");
    check("\r" PROGRESS "upload error: " OPEN("a\nb") "\n",
          "p\n" FAILED("upload error: " OPEN("a\\nb")), "");
    /* ... but what is known is a line of its own */
    check("upload error: open /d/a\nupload error: no\n",
          "\"level\":\"error\",\"text\":\"upload error: open /d/a\"\n" FAILED(
              "upload error: no"),
          "");
    check("upload error: open /d/a", FAILED("upload error: open /d/a"), "");
    /* what has ended has ended */
    check("upload error: " OPEN("a") "\nwhat\n",
          FAILED("upload error: " OPEN("a")), "what\n");
}

/* A path of several lines whose first one looks like a whole message. */
static void quotes_and_newlines(void **state)
{
    (void)state;
    check("\n ! Error when processing \"a\": b\nc\": " OPEN(
              "a\": b\nc") "\n\r" PROGRESS,
          ERROR("a\\\": b\\nc", OPEN("a\\\": b\\nc")) "p\nr\n", "");
    check("\n ! Error when processing \"a\": b\nc\": no\n\r" PROGRESS,
          ERROR("a\\\": b\\nc", "no") "p\nr\n", "");
    check("\n ! Error when processing \"a\r" PROGRESS "\": no\n\r" PROGRESS,
          ERROR("a\\r" PROGRESS, "no") "p\nr\n", "");
}

/* A terminal makes "\r\n" of each '\n'. */
static void on_a_terminal(void **state)
{
    (void)state;
    check("\r\n ! Error when processing \"a\r\nb\": no\r\n\r" PROGRESS,
          ERROR("a\\nb", "no") "p\nr\n", "");
    check("\x1b[91m\r\n ! Error when processing \"a\r\nb\": " OPEN(
              "a\r\nb") "\r\n\x1b[0m\r" PROGRESS,
          ERROR("a\\nb", OPEN("a\\nb")) "p\nr\n", "");
    check("Error when processing \"a\r\nb\": no\r\n" CREATED "\r\n",
          ERROR("a\\nb", "no") "r\n", "");
    check("Error when processing \"a\r\n" CREATED
          "\r\nb\": " OPEN("a\r\n" CREATED "\r\nb") "\r\n",
          ERROR("a\\n" CREATED "\\nb", OPEN("a\\n" CREATED "\\nb")) "r\n", "");
    check("\r\n ! Error when processing \"a\r\r\nb\": no\r\n\r" PROGRESS,
          ERROR("a\\r\\nb", "no") "p\nr\n", "");
    /* no terminal: the name has both */
    check("\n ! Error when processing \"a\r\nb\": no\n\r" PROGRESS,
          ERROR("a\\r\\nb", "no") "p\nr\n", "");
}

/* A message that never closes hands back what it took. */
static void never_closed(void **state)
{
    struct buf console = BUF_INIT(CEILING), wanted = BUF_INIT(CEILING);

    (void)state;
    for (int count = 0; count < 300; count += count < 70 ? 1 : 100) {
        buf_clear(&console);
        buf_clear(&wanted);
        buf_str(&console, "Error when processing \"order 5\"\n");
        for (int i = 0; i < count; i++) {
            buf_str(&console, PROGRESS "\r");
            buf_str(&wanted, "p\n");
        }
        buf_str(&console, CREATED "\n");
        buf_char(&console, '\0');
        buf_str(&wanted, "r\n");
        buf_char(&wanted, '\0');
        check(console.bytes, wanted.bytes,
              "Error when processing \"order 5\"\n");
    }
    /* ... among which there may be another message */
    check("Error when processing \"x\nError when processing \"y\n" CREATED "\n",
          "r\n", "Error when processing \"x\nError when processing \"y\n");
    check("Error when processing \"order 5\"\n" PROGRESS
          "\n ! Error when processing \"f\": no\n\r" PROGRESS,
          "p\n" ERROR("f", "no") "p\nr\n",
          "Error when processing \"order 5\"\n");
    check("\n ! Error when processing \"x\n ! Error when processing \"y\": "
          "z\": no\n"
          "\r" PROGRESS,
          ERROR("x\\n ! Error when processing \\\"y\\\": z", "no") "p\nr\n",
          "");
    /* ... or what looks like the end of the path */
    check("Error when processing \"x\n" PROGRESS "\r" PROGRESS "\r" PROGRESS
          "\r" PROGRESS "\na\": b\n",
          "p\np\np\np\nr\n", "Error when processing \"x\na\": b\n");
    check("Error when processing \"x\r" PROGRESS "\r" PROGRESS "\r" PROGRESS
          "\": no\n",
          ERROR("x\\r" PROGRESS "\\r" PROGRESS "\\r" PROGRESS, "no") "r\n", "");
    /* ... but the end of the input may have cut a name in two */
    check("\n ! Error when processing \"\r" PROGRESS, "r\n",
          "! Error when processing \"\n" PROGRESS "\n");
    buf_free(&console);
    buf_free(&wanted);
}

/* A message that a log line of JSON has is all there. */
static void messages_of_json(void **state)
{
    (void)state;
    check("{\"l\":\"ERROR\",\"m\":\"Error when processing \\\"a\\\": no\"}\n",
          ERROR("a", "no") "r\n", "");
    check("{\"l\":\"DEBUG\",\"m\":\"\\nupload error: no\"}\n",
          FAILED("upload error: no"), "");
    check("{\"l\":\"DEBUG\",\"m\":\"what\"}\n", "r\n", "what\n");
    check("{\"m\":\"upload error: no\",\"x\":[1]\n}\n",
          FAILED("upload error: no"), "");
    /* behind the first line only messages and failures are believed */
    check("{\"m\":\"what\\nError when processing \\\"a\\\": no\"}\n",
          ERROR("a", "no") "r\n", "what\n");
    check("{\"m\":\"what\\nupload error: no\"}\n", FAILED("upload error: no"),
          "what\n");
    check("{\"m\":\"what\\nfailed on a@b:/c: no\"}\n",
          "\"level\":\"error\",\"path\":\"a@b:/c\",\"text\":\"no\"\nr\n",
          "what\n");
    check("{\"m\":\"what\\n" CREATED "\"}\n", "r\n", "what\n" CREATED "\n");
    check("{\"l\":\"DEBUG\",\"m\":\"\"}\n", "r\n", "");
}

/* A message of a log line that is none, and whose other lines are pieces of
 * their own: what is read of them leaves the log line, and the rest of the line
 * that it stands in, as they were. */
static void messages_within_one_another(void **state)
{
    struct buf console = BUF_INIT(CEILING);

    (void)state;
    check("{\"m\":\"Error when processing \\\"a\\r{\\\"m\\\":\\\"x\\\"}\\rz\\n"
          "upload error: no\"}\n",
          FAILED("upload error: no"), "Error when processing \"a\nx\nz\n");

    buf_str(&console, "{\n\"m\":\"Error when processing \\\"a\\r");
    for (int i = 0; i < 1500; i++)
        buf_str(&console, "\\u001b[0mx");
    buf_str(&console, "\\rz\"\n\x1b[0m} upload error: no\n");
    parse(console.bytes, console.len, console.len);
    assert_string_equal(records.bytes, FAILED("upload error: no"));
    buf_free(&console);
}

/* A document that ends where its line was cut is whole. */
static void a_document_may_end_at_a_cut(void **state)
{
    struct document d = DOCUMENT_INIT;

    (void)state;
    assert_int_equal(document_begin(&d, "{\"a\":1}", 7, true), 7);
    assert_false(d.open);
    assert_int_equal(d.text.len, 7);
    buf_free(&d.text);
}

/* Nobody is told to ask for progress where there was nothing to do. */
static void silence_is_explained_where_it_is_strange(void **state)
{
    static const struct {
        const char *console, *why; /* the beginning of it */
    } rows[] = {
        { "what\n", "nothing that kopia prints was recognised" },
        { "Snapshotting a@b:/c ...\n" CREATED "\n",
          "kopia prints no progress" },
        { "Snapshotting a@b:/c ...\nNot saving snapshot because no files have "
          "been changed since previous snapshot\n",
          NULL },
        { "Snapshotting a@b:/c ...\nupload error: no\n", NULL },
        { "Snapshotting a@b:/c ...\n\r" PROGRESS "\n" CREATED "\n", NULL },
        { "Restoring to local filesystem (/x) with parallelism=8...\n", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len = strlen(rows[i].console);

        parse(rows[i].console, len, len);
        assert_row((silence == NULL) == (rows[i].why == NULL), rows[i].console);
        if (silence != NULL)
            assert_memory_equal(silence, rows[i].why, strlen(rows[i].why));
    }
}

/* Colours within the words, by which the raw bytes are not found. */
static void words_in_colours(void **state)
{
    (void)state;
    check("\x1b[91mError when\x1b[0m processing \"a\": no\n",
          ERROR("a", "no") "r\n", "");
    check("Error when processing \x1b[91m\"a\": no\n", ERROR("a", "no") "r\n",
          "");
    check("Err\x1b[0mor when processing \"aError when processing ", "r\n",
          "Error when processing \"aError when processing\n");
}

/* Of more quotes than are looked into the last one ends the path. */
static void paths_with_many_quotes(void **state)
{
    static const char quotes[] = "1\": 2\": 3\": 4\": 5\": 6\": 7\": 8\": 9\": "
                                 "\"10\": no";

    (void)state;
    check("Error when processing \"1\": a \"\\\": no\n",
          ERROR("1", "a \\\"\\\\\\\": no") "r\n", "");
    check("Error when processing \"1\": a (\"\\",
          ERROR("1", "a (\\\"\\\\") "r\n", "");
    {
        char console[256];

        snprintf(console, sizeof console, "Error when processing \"%s\n",
                 quotes);
        parse(console, strlen(console), strlen(console));
        assert_non_null(strstr(records.bytes, "\"text\":\"no\""));
    }
}

/* Where the path goes on in its copy, and where it does not. */
static void copies_of_paths(void **state)
{
    (void)state;
    /* cut by the end of the input, within a line of the copy and behind it */
    check("Error when processing \"a\nbcd\": " OPEN_CUT("a\nb"),
          ERROR("a\\nbcd", OPEN_CUT("a\\nb")) "r\n", "");
    check("Error when processing \"a\nbcd\": " OPEN_CUT("a\nbcd"),
          ERROR("a\\nbcd", OPEN_CUT("a\\nbcd")) "r\n", "");
    /* another separator than the path has */
    check("Error when processing \"a\nb\nc\": " OPEN_CUT("a\nb\rc: no") "\n",
          ERROR("a\\nb\\nc", OPEN_CUT("a")) "r\n", "b\nc: no\n");
    /* what goes on behind the copy's end without a colon */
    check("Error when processing \"a\nb\": " OPEN_CUT("a\nbc") "\n",
          ERROR("a\\nb", OPEN_CUT("a")) "r\n", "bc\n");
    /* less than a line of it, all of it without what stands behind, and more */
    check("Error when processing \"a\nbcd\": open /d/a\nbc\n",
          ERROR("a\\nbcd", "open /d/a") "r\n", "bc\n");
    check("Error when processing \"a\nb\": open /d/a\nb\n",
          ERROR("a\\nb", "open /d/a") "r\n", "b\n");
    check("Error when processing \"a\nb\nc\": open /d/a\nbx\n",
          ERROR("a\\nb\\nc", "open /d/a") "r\n", "bx\n");
    /* a copy that is all that there is of the text */
    check("Error when processing \"a\nb\": a\nb: no\n",
          ERROR("a\\nb", "a") "r\n", "b: no\n");
}

/* Long ones are cut, and take nothing with them. */
static void ceilings(void **state)
{
    struct buf console = BUF_INIT(CEILING);
    const char *path;

    (void)state;
    buf_str(&console, "Error when processing \"a\": ");
    for (int i = 0; i < 3 * MESSAGE_CEILING; i++)
        buf_char(&console, 'x');
    buf_str(&console, "\n" CREATED "\n");
    parse(console.bytes, console.len, console.len);
    path = "\"level\":\"error\",\"path\":\"a\",\"text\":\"xxx";
    assert_memory_equal(records.bytes, path, strlen(path));
    assert_string_equal(strchr(records.bytes, '\n'), "\nr\n");

    buf_clear(&console);
    buf_str(&console, "Error when processing \"");
    for (int i = 0; i < 3 * MESSAGE_CEILING; i++)
        buf_char(&console, 'x');
    buf_str(&console, "\n" PROGRESS "\n");
    parse(console.bytes, console.len, console.len);
    assert_string_equal(records.bytes, "p\nr\n");

    buf_clear(&console);
    buf_str(&console, "\n ! Error when processing \"a\": no\n");
    for (int i = 0; i < 3 * MESSAGE_CEILING; i++)
        buf_str(&console, i % 100 == 99 ? "\n" : "x");
    buf_str(&console, "\r" PROGRESS "\n");
    parse(console.bytes, console.len, console.len);
    assert_string_equal(records.bytes, ERROR("a", "no") "p\nr\n");

    buf_clear(&console);
    buf_str(&console, "\n ! Error when processing \"a\": no\n");
    for (int i = 0; i < 300; i++)
        buf_str(&console, "x\n");
    buf_str(&console, "\r" PROGRESS "\n");
    parse(console.bytes, console.len, console.len);
    assert_string_equal(records.bytes, ERROR("a", "no") "p\nr\n");
    assert_int_equal(strlen(lines.bytes), 2 * 300);

    /* what is no longer looked into */
    buf_clear(&console);
    buf_str(&console, "\n ! Error when processing \"a\": open /d\n");
    for (int i = 0; i < 100 * 100; i++)
        buf_str(&console, i % 100 == 99 ? "\n" : "x");
    buf_str(&console, "\r" PROGRESS "\n");
    parse(console.bytes, console.len, console.len);
    path = "\"level\":\"error\",\"path\":\"a\",\"text\":\"open /d";
    assert_memory_equal(records.bytes, path, strlen(path));
    assert_string_equal(strchr(records.bytes, '\n'), "\np\nr\n");

    /* a failure text that fills a piece */
    buf_clear(&console);
    buf_str(&console, "upload error: ");
    for (int i = 0; i < REC_CEILING; i++)
        buf_char(&console, 'x');
    buf_char(&console, '\n');
    parse(console.bytes, console.len, console.len);
    path = "\"level\":\"error\",\"text\":\"upload error: xxx";
    assert_memory_equal(records.bytes, path, strlen(path));
    assert_string_equal(strchr(records.bytes, '\n'), "\nr\n");

    /* a text that is kept behind one that a longer message began with */
    buf_clear(&console);
    buf_str(&console, PROGRESS "\n{\"m\":\"what\\nerror restoring: open /d");
    for (int i = 0; i < 1020; i++)
        buf_char(&console, 'x');
    buf_str(&console, "\"}\n" PROGRESS "\nunable to get lock: ");
    for (int i = 0; i < 100; i++)
        buf_char(&console, 'x');
    buf_char(&console, '\n');
    parse(console.bytes, console.len, console.len);
    path = "p\np\n\"level\":\"error\",\"text\":\"unable to get lock: xx";
    assert_memory_equal(records.bytes, path, strlen(path));

    buf_clear(&console);
    buf_str(&console, "upload error: open /d/a\n");
    for (int i = 0; i < 200; i++)
        buf_str(&console, "b\n");
    parse(console.bytes, console.len, console.len);
    assert_int_equal(strlen(lines.bytes), 2 * (200 - 63));
    buf_free(&console);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(end_of_path),
        cmocka_unit_test(texts_of_several_lines),
        cmocka_unit_test(unfinished_texts),
        cmocka_unit_test(quotes_and_newlines),
        cmocka_unit_test(on_a_terminal),
        cmocka_unit_test(never_closed),
        cmocka_unit_test(messages_of_json),
        cmocka_unit_test(messages_within_one_another),
        cmocka_unit_test(a_document_may_end_at_a_cut),
        cmocka_unit_test(silence_is_explained_where_it_is_strange),
        cmocka_unit_test(words_in_colours),
        cmocka_unit_test(paths_with_many_quotes),
        cmocka_unit_test(copies_of_paths),
        cmocka_unit_test(ceilings),
    };
    int failed;

    records = BUF_INIT(CEILING);
    lines = BUF_INIT(CEILING);
    matcher = matcher_new();
    if (matcher == NULL)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_free(&records);
    buf_free(&lines);
    matcher_free(matcher);
    return failed;
}
