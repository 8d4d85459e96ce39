/*
 * any-progress: what a mover prints, on standard input or from files, to stats,
 * messages and a result, by an adapter that says what its lines mean.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "any-progress/lines.h"
#include "any-progress/list.h"
#include "any-progress/load.h"
#include "any-progress/samples.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/msg.h"
#include "base/opt.h"
#include "base/start.h"

static struct load_choice choice = { .limit = 2 * CLOCK_SECOND };
static struct {
    const char *operation;
    int64_t total;
    bool list, test, pass, unmatched;
} options = { .total = -1 };

static const struct opt table[] = {
    { 0, "fraction", OPT_FLAG, &choice.fraction, NULL,
      "read N/M, N of M, 42% and numbers alone" },
    { 0, "jq", OPT_TEXT, &choice.jq, "FILE",
      "read JSON lines by the jq program in FILE" },
    { 0, "jq-limit", OPT_DURATION, &choice.limit, "TIME",
      "a jq program may take so long for a line (2s)" },
    { 'l', "list", OPT_FLAG, &options.list, NULL,
      "print which adapters exist, or about these" },
    { 'o', "operation", OPT_TEXT, &options.operation, "NAME",
      "what is done: snapshot, restore, verify, sync, ..." },
    { 'p', "pass", OPT_FLAG, &options.pass, NULL,
      "copy the input, unchanged, to standard error" },
    { 0, "regex", OPT_TEXT, &choice.regex, "FILE",
      "read by the rules in FILE, which is an adapter" },
    { 0, "test", OPT_FLAG, &options.test, NULL,
      "run the samples of the adapters" },
    { 't', "total", OPT_COUNT, &options.total, "N",
      "the bytes or things that there are" },
    { 'u', "unmatched", OPT_FLAG, &options.unmatched, NULL,
      "show on standard error what was not understood" },
    { .name = NULL },
};

static const struct opt_program program = {
    .name = "any-progress",
    .operands = "[ADAPTER] [FILE ...]",
    .purpose = "Turns what a mover prints into JSON Lines stats.",
    .options = table,
    .max_operands = -1,
    .environment = "ANY_PROGRESS_",
};

/* One run of this program. */
struct filter {
    struct loaded loaded;
    struct lines lines;
    struct out out, pass;
    bool told_limit, told_death, told_why;
};

static void on_record(void *arg, const char *record, size_t len)
{
    struct filter *f = arg;

    out_write(&f->out, record, len);
}

static void on_unmatched(void *arg, const char *line, size_t len)
{
    (void)arg;
    msg_info("unmatched: %.*s", (int)len, line);
}

static void on_bytes(void *arg, const char *bytes, size_t n)
{
    struct filter *f = arg;

    out_write(&f->pass, bytes, n);
    out_flush(&f->pass);
}

/* Says once what an adapter does that it should not. */
static void tell(struct filter *f)
{
    const struct loaded *l = &f->loaded;

    if (f->lines.limits > 0 && !f->told_limit) {
        msg_warn("%s: line %d: this rule takes too long for some lines; it is "
                 "passed over for them",
                 l->name, f->lines.limit_line);
        f->told_limit = true;
    }
    if (f->lines.why[0] != '\0' && !f->told_why) {
        msg_warn("%s: the jq program fails on some lines: %s", l->name,
                 f->lines.why);
        f->told_why = true;
    }
    if (l->boxed && l->box.deaths > 0 && !f->told_death) {
        msg_warn("%s: the jq program was ended: %s", l->name, l->box.why);
        f->told_death = true;
    }
}

/* Reads IN to its end. */
static int read_all(struct filter *f, struct rec *in, const char *name)
{
    struct record piece;
    enum rec_status status;

    in->out = &f->out;
    do {
        status = rec_next(in, &piece, -1);
        if (status == REC_OK) {
            lines_piece(&f->lines, &piece);
            tell(f);
        }
    } while (status != REC_EOF && status != REC_ERROR);
    if (in->cut_records > 0)
        msg_warn("%s: lines above %d bytes were cut: %llu", name, REC_CEILING,
                 (unsigned long long)in->cut_records);
    return status == REC_ERROR ? msg_fatal_sys("unable to read %s", name) : 0;
}

/* The same for a jq program, which may be slow. */
static int read_fed(struct filter *f, struct rec *in, const char *name)
{
    struct feed feed;
    int status;

    if (!feed_open(&feed, in->fd))
        return msg_fatal_sys("unable to read %s", name);
    feed.tap = in->tap; /* before a byte may be dropped */
    feed.tap_arg = f;
    in->tap = NULL;
    in->read = feed_read;
    /* cppcheck-suppress autoVariables ; nobody reads behind this function */
    in->read_arg = &feed;
    /* cppcheck-suppress autoVariables ; it is taken away at the end */
    f->loaded.box.feed = &feed;
    status = read_all(f, in, name);
    f->loaded.box.feed = NULL;
    if (feed_dropped(&feed) > 0)
        msg_warn("%s: the jq program is too slow; it did not see %llu bytes",
                 name, (unsigned long long)feed_dropped(&feed));
    feed_close(&feed);
    return status;
}

static int read_file(struct filter *f, int fd, const char *name)
{
    struct rec in;
    int status;

    if (!rec_open(&in, fd, CUT_CR_LF))
        return msg_fatal_sys("unable to read %s", name);
    in.tap = options.pass ? on_bytes : NULL;
    in.tap_arg = f;
    status = f->loaded.boxed ? read_fed(f, &in, name) : read_all(f, &in, name);
    rec_close(&in);
    return status;
}

static int read_files(struct filter *f, char *const *names)
{
    static char standard_input[] = "-";
    char *const none[] = { standard_input, NULL };
    int status = 0;

    if (*names == NULL)
        names = none;
    for (; *names != NULL && status == 0; names++) {
        bool is_stdin = strcmp(*names, "-") == 0;
        int fd = is_stdin ? STDIN_FILENO : open(*names, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
            return msg_fatal_sys("unable to open %s", *names);
        status = read_file(f, fd, is_stdin ? "standard input" : *names);
        if (!is_stdin)
            close(fd);
    }
    return status;
}

static int open_filter(struct filter *f)
{
    struct loaded *l = &f->loaded;

    lines_init(&f->lines, &l->adapter, l->boxed ? &l->box : NULL);
    f->lines.run.total = options.total;
    f->lines.run.emit = on_record;
    f->lines.run.arg = f;
    f->lines.unmatched = options.unmatched ? on_unmatched : NULL;
    if (!out_open(&f->pass, STDERR_FILENO, NULL) ||
        !out_open(&f->out, STDOUT_FILENO, msg_output_lost))
        return msg_fatal_sys("unable to start");
    return 0;
}

/* Where nothing was understood, that is the likely reason. */
static void hint(const struct filter *f)
{
    struct text how = f->loaded.adapter.command;

    if (f->lines.recognised > 0 || f->lines.missed == 0)
        return;
    if (how.len > 0)
        msg_warn("nothing was recognised; %s must be run so: %.*s",
                 f->loaded.name, (int)how.len, how.at);
    else
        msg_warn("nothing was recognised");
}

/* The end of the input: the result, and whether everything was written. */
static int close_filter(struct filter *f, int status)
{
    const struct box *box = &f->loaded.box;
    bool failed = adapted_end(&f->lines.run);

    if (status == 0)
        hint(f); /* else it may be why */
    if (status == 0 && failed)
        status = EXIT_DATA;
    if (f->loaded.boxed && box->deaths > 0)
        status = msg_fatal(EXIT_SYSTEM, "the jq program was ended %d times",
                           box->deaths);
    if (!out_close(&f->out))
        status = EXIT_SYSTEM;
    if (!out_close(&f->pass))
        status = EXIT_SYSTEM;
    lines_free(&f->lines);
    return status;
}

/* Runs the samples of the adapter that is chosen. */
static int test_one(void)
{
    struct loaded l;
    int status = load_open(&l, &choice);

    if (status == 0)
        status = samples_run(l.name, &l.adapter, l.boxed ? &l.box : NULL);
    load_close(&l);
    return status;
}

static int test_all(char *const *names)
{
    int status = EXIT_DONE, one;

    if (choice.name == NULL)
        return test_one();
    for (; *names != NULL; names++) {
        choice.name = *names;
        one = test_one();
        if (status == EXIT_DONE)
            status = one;
    }
    return status;
}

/* What is chosen is one of four; where none of the options is, it is the first
 * operand.  Its exit code, or 0. */
static int choose(struct opt_result *given)
{
    int options_given =
        (choice.regex != NULL) + (choice.jq != NULL) + choice.fraction;

    if (options_given > 1)
        return msg_fatal(EXIT_USAGE,
                         "--regex, --jq and --fraction exclude each other");
    if (options.operation != NULL) {
        choice.operation = operation_find(options.operation);
        if (choice.operation == OP_NONE || choice.operation == OP_ESTIMATE)
            return msg_fatal(EXIT_USAGE,
                             "--operation: there is no operation \"%s\"",
                             options.operation);
    }
    if (options_given == 1)
        return 0;
    if (given->count == 0)
        return msg_fatal(EXIT_USAGE, "which adapter? --list prints them");
    choice.name = given->operands[0];
    return 0;
}

int main(int argc, char **argv)
{
    struct opt_result given;
    struct filter filter = { .told_limit = false };
    int status;

    start_filter();
    json_no_memory(msg_no_memory);
    if (!opt_parse(&program, argc, argv, &given))
        return given.status;
    if (options.list)
        return msg_exit_status(list_print(given.operands));
    status = choose(&given);
    if (status == 0 && options.test)
        return msg_exit_status(test_all(given.operands));
    if (status != 0)
        return status;
    status = load_open(&filter.loaded, &choice);
    if (status == 0)
        status = open_filter(&filter);
    if (status == 0)
        status = close_filter(
            &filter, read_files(&filter, given.operands +
                                             (choice.name != NULL ? 1 : 0)));
    load_close(&filter.loaded);
    return msg_exit_status(status);
}
