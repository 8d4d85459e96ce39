/*
 * kopia-progress: kopia's console bytes on standard input, or from files, to
 * stats, messages and a result as JSON Lines on standard output.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/msg.h"
#include "base/opt.h"
#include "base/out.h"
#include "base/rec.h"
#include "base/same.h"
#include "base/sandbox.h"
#include "base/start.h"
#include "base/timed.h"
#include "kopia-progress/times.h"
#include "mover/grammar.h"
#include "mover/kopia.h"

static struct {
    bool pass, unmatched, forms, times;
    const char *record, *replay;
    int64_t sources, speed, hint_after;
} options = { .sources = -1, .speed = 1, .hint_after = 30 * CLOCK_SECOND };

static const struct opt table[] = {
    { 'f', "forms", OPT_FLAG, &options.forms, NULL,
      "print the kinds of lines that are understood" },
    { 0, "hint-after", OPT_DURATION, &options.hint_after, "DURATION",
      "say why nothing may come (30s; 0: only at the end)" },
    { 'p', "pass", OPT_FLAG, &options.pass, NULL,
      "copy the input, unchanged, to standard error" },
    { 0, "record", OPT_TEXT, &options.record, "FILE",
      "save the input with its times" },
    { 0, "replay", OPT_TEXT, &options.replay, "FILE",
      "read a recording instead of standard input" },
    { 'n', "sources", OPT_COUNT, &options.sources, "N",
      "kopia snapshots N sources: say overallPercent" },
    { 0, "speed", OPT_COUNT, &options.speed, "N",
      "replay N times as fast (1; 0: without waiting)" },
    { 't', "times", OPT_FLAG, &options.times, NULL,
      "each record says when it came, in seconds" },
    { 'u', "unmatched", OPT_FLAG, &options.unmatched, NULL,
      "show on standard error what was not understood" },
    { .name = NULL },
};

static const struct opt_program program = {
    .name = "kopia-progress",
    .operands = "[FILE ...]",
    .purpose = "Turns what kopia prints into JSON Lines stats.",
    .options = table,
    .max_operands = -1,
};

/* One run of this program. */
struct filter {
    struct kopia *kopia;
    struct out out, pass;
    struct clock clock;
    struct timed_writer recording;
    struct timed_reader replay;
    struct times times;
    int64_t started;
    bool watching; /* the hint may become due */
    bool hinted;
    bool unrecorded; /* the recording could not be created */
};

static void on_record(void *arg, const char *record, size_t len)
{
    struct filter *f = arg;

    if (options.times)
        record = times_put(&f->times, record, &len);
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

    if (options.pass) {
        out_write(&f->pass, bytes, n);
        out_flush(&f->pass);
    }
    if (options.record != NULL && !f->unrecorded)
        timed_add(&f->recording, bytes, n);
    if (options.times)
        times_read(&f->times,
                   options.replay != NULL
                       ? f->replay.came
                       : clock_steady(&f->clock) - f->started,
                   n);
}

/* Says why there may be no progress, unless that was said. */
static void hint(struct filter *f)
{
    const char *why = kopia_silence(f->kopia);

    if (why != NULL && !f->hinted)
        msg_warn("%s", why);
    f->hinted = true;
}

/* Milliseconds until it is time for the hint; -1: it is not needed. */
static int until_hint(struct filter *f)
{
    int64_t left;

    if (kopia_counts(f->kopia).progress > 0) {
        f->watching = false;
        return -1;
    }
    left = options.hint_after - (clock_steady(&f->clock) - f->started);
    if (left > 0)
        return left / 1000000 < 3600000 ? (int)(left / 1000000) + 1 : 3600000;
    hint(f);
    f->watching = false;
    return -1;
}

/* Reads IN to its end. */
static int read_all(struct filter *f, struct rec *in, const char *name)
{
    struct record piece;
    enum rec_status status;

    in->out = &f->out;
    if (options.pass || options.record != NULL || options.times)
        in->tap = on_bytes;
    in->tap_arg = f;
    do {
        status = rec_next(in, &piece, f->watching ? until_hint(f) : -1);
        if (status == REC_OK) {
            times_piece(&f->times, rec_ahead(in) + (piece.after != 0));
            kopia_piece(f->kopia, &piece);
        }
    } while (status != REC_EOF && status != REC_ERROR);
    if (in->cut_records > 0)
        msg_warn("%s: lines above %d bytes were cut: %llu", name, REC_CEILING,
                 (unsigned long long)in->cut_records);
    if (f->replay.cut_off)
        msg_warn("%s was cut off within line %" PRIu64 ", which is not used",
                 name, f->replay.line);
    if (status == REC_ERROR && f->replay.bad)
        return msg_fatal(EXIT_USAGE,
                         "%s: line %" PRIu64 " is no line of a recording", name,
                         f->replay.line);
    return status == REC_ERROR ? msg_fatal_sys("unable to read %s", name) : 0;
}

static int read_file(struct filter *f, int fd, const char *name)
{
    struct rec in;
    int status;

    if (!rec_open(&in, fd, CUT_CR_LF))
        return msg_fatal_sys("unable to read %s", name);
    if (options.replay != NULL) {
        if (!timed_open(&f->replay, fd, options.speed, &f->clock))
            return msg_fatal_sys("unable to read %s", name);
        in.read = timed_read;
        in.read_arg = &f->replay;
    }
    status = read_all(f, &in, name);
    if (options.replay != NULL)
        timed_close(&f->replay);
    rec_close(&in);
    return status;
}

static bool is_standard_input(const char *name)
{
    return strcmp(name, "-") == 0;
}

static int read_files(struct filter *f, char *const *names)
{
    int status = 0;

    for (; *names != NULL && status == 0; names++) {
        bool is_stdin = is_standard_input(*names);
        int fd = is_stdin ? STDIN_FILENO : open(*names, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
            return msg_fatal_sys("unable to open %s", *names);
        status = read_file(f, fd, is_stdin ? "standard input" : *names);
        if (!is_stdin)
            close(fd);
    }
    return status;
}

static int print_forms(void)
{
    struct buf b = BUF_INIT(256 * 1024);
    bool written;

    grammar_print(&b);
    written = !b.failed && write_all(STDOUT_FILENO, b.bytes, b.len);
    buf_free(&b);
    return written ? 0 : msg_fatal_sys("unable to write standard output");
}

/* What is recorded to is emptied first, so it is none of what is read. */
static int check_recording(char *const *names)
{
    for (; options.record != NULL && *names != NULL; names++)
        if (is_standard_input(*names) ? same_open(options.record, STDIN_FILENO)
                                      : same_file(options.record, *names))
            return msg_fatal(EXIT_USAGE,
                             "--record: \"%s\" is also what is read, and "
                             "would be emptied",
                             options.record);
    return EXIT_DONE;
}

/* A recording is an aid: who writes to us does not die for want of it. */
static void open_recording(struct filter *f)
{
    if (options.record == NULL ||
        timed_create(&f->recording, options.record, &f->clock))
        return;
    msg_warn("unable to create %s: %s; reading on without a recording",
             options.record, strerror(errno));
    f->unrecorded = true;
}

/* Whether all that was to be recorded was; otherwise it is said here, or was.
 */
static bool close_recording(struct filter *f)
{
    if (options.record == NULL || f->unrecorded)
        return !f->unrecorded;
    if (timed_finish(&f->recording))
        return true;
    (void)msg_fatal_sys("unable to write %s", options.record);
    return false;
}

static int open_filter(struct filter *f)
{
    struct kopia_options kopia_options = {
        .sources = options.sources,
        .emit = on_record,
        .unmatched = options.unmatched ? on_unmatched : NULL,
        .arg = f,
    };

    if (!opt_clock(&f->clock))
        return EXIT_USAGE;
    f->started = clock_steady(&f->clock);
    f->watching = options.hint_after > 0;
    times_init(&f->times);
    open_recording(f);
    f->kopia = kopia_new(&kopia_options);
    if (f->kopia == NULL || !out_open(&f->pass, STDERR_FILENO, NULL) ||
        !out_open(&f->out, STDOUT_FILENO, msg_output_lost))
        return msg_fatal_sys("unable to start");
    return 0;
}

/* The end of the input: the result, and whether everything was written. */
static int close_filter(struct filter *f, int status)
{
    bool failed;

    times_piece(&f->times, 0);
    failed = kopia_end(f->kopia);
    if (status == 0)
        hint(f); /* else it may be why */
    kopia_free(f->kopia);
    times_free(&f->times);
    if (status == 0 && failed)
        status = EXIT_DATA;
    if (!close_recording(f))
        status = EXIT_SYSTEM;
    if (!out_close(&f->out))
        status = EXIT_SYSTEM;
    if (!out_close(&f->pass))
        status = EXIT_SYSTEM;
    return status;
}

int main(int argc, char **argv)
{
    static char standard_input[] = "-";
    char *names[] = { standard_input, NULL };
    char *const *inputs = names;
    struct opt_result given;
    struct filter filter = { .watching = false };
    int status;

    start_filter();
    json_no_memory(msg_no_memory);
    if (!opt_parse(&program, argc, argv, &given))
        return given.status;
    (void)sandbox_enter();
    if (options.forms)
        return msg_exit_status(print_forms());
    if (options.sources == 0)
        return msg_fatal(EXIT_USAGE, "--sources: it is 1 or more");
    if (options.replay != NULL && given.count > 0)
        return msg_fatal(EXIT_USAGE, "--replay and FILE exclude each other");
    if (options.replay != NULL)
        names[0] = (char *)options.replay;
    else if (given.count > 0)
        inputs = given.operands;
    status = check_recording(inputs);
    if (status == 0)
        status = open_filter(&filter);
    if (status == 0)
        status = close_filter(&filter, read_files(&filter, inputs));
    return msg_exit_status(status);
}
