#include "mover/kopia.h"

#include <stdlib.h>
#include <string.h>

#include "mover/cause.h"
#include "mover/document.h"
#include "mover/message.h"
#include "mover/report.h"
#include "mover/sgr.h"

/* What a line says of itself. */
enum level { LEVEL_NOT_SAID, LEVEL_ERROR, LEVEL_LESS };

struct kopia {
    struct matcher *matcher;
    struct report report;
    struct message message; /* whose pieces are being joined */
    struct cause failure;   /* and of this */
    struct match failed;    /* its first line, for its row */
    enum level failed_level;
    struct document document; /* whose lines are being joined */
    struct document_facts facts;
    struct buf plain; /* the piece without SGR */

    struct buf suspect; /* a failure text, if nothing follows it */
    enum level suspect_level;
    uint64_t recognised, unmatched;
};

/* A line on its way; what stood in front of it is gone. */
struct line {
    const char *at;
    size_t len;
    const struct record *piece; /* NULL: within a JSON log line */
    enum level level;
    bool rest; /* of a JSON log line, whose message has several */
};

static void parse_line(struct kopia *k, struct line line);

struct kopia *kopia_new(const struct kopia_options *options)
{
    struct kopia *k = calloc(1, sizeof *k);

    if (k == NULL)
        return NULL;
    k->message = MESSAGE_INIT;
    k->failure = CAUSE_INIT;
    k->document = DOCUMENT_INIT;
    k->plain = BUF_INIT(REC_CEILING);
    k->suspect = BUF_INIT(FAILURE_CEILING);
    report_init(&k->report, options);
    document_facts_init(&k->facts);
    k->matcher = options->matcher != NULL ? options->matcher : matcher_new();
    if (k->matcher != NULL)
        return k;
    kopia_free(k);
    return NULL;
}

void kopia_free(struct kopia *k)
{
    if (k == NULL)
        return;
    if (k->report.options.matcher == NULL)
        matcher_free(k->matcher);
    report_free(&k->report);
    buf_free(&k->message.raw);
    buf_free(&k->failure.text);
    buf_free(&k->document.text);
    document_facts_free(&k->facts);
    buf_free(&k->plain);
    buf_free(&k->suspect);
    free(k);
}

struct kopia_counts kopia_counts(const struct kopia *k)
{
    return (struct kopia_counts){ .recognised = k->recognised,
                                  .progress = k->report.progress,
                                  .unmatched = k->unmatched,
                                  .gave_up = matcher_gave_up(k->matcher) };
}

const char *kopia_silence(const struct kopia *k)
{
    const struct run *run = &k->report.run;

    if (k->recognised == 0)
        return "nothing that kopia prints was recognised: its progress goes to "
               "standard error (add 2>&1), since 0.23.0 only with --progress "
               "where standard output is no terminal, and --log-level=error "
               "hides its log lines";
    if (k->report.progress == 0 && run->operation == OP_SNAPSHOT &&
        run->saved != STATE_UNCHANGED && !run->failed)
        return "kopia prints no progress: since 0.23.0 it needs --progress "
               "where standard output is no terminal";
    return NULL;
}

static void unmatched(struct kopia *k, const struct line *line)
{
    const struct kopia_options *options = &k->report.options;

    k->unmatched++;
    if (options->unmatched != NULL)
        options->unmatched(options->arg, line->at, line->len);
}

/* A failure text that no row knows is known by being the last word. */
static void suspect(struct kopia *k, const struct line *line)
{
    size_t room = k->suspect.ceiling;

    buf_clear(&k->suspect);
    buf_add(&k->suspect, line->at, line->len < room ? line->len : room);
    k->suspect_level = line->level;
}

/* Parses what a message took and does not keep.  Another one may begin in it,
 * so the bytes leave the message first; and the line that ended the message may
 * stand in a log line, and go on behind it, so both are kept from what is read
 * here.  A piece that the end of the input cut inside a path may be half a name
 * that looks like progress: it is no line. */
static void give_back(struct kopia *k)
{
    bool in_path = !k->message.named;
    struct text rest = message_rest(&k->message);
    struct buf held = k->message.raw, plain = k->plain;
    struct buf log = k->facts.message;
    char *at = held.bytes + (rest.at - held.bytes), *end = at + rest.len;

    k->message.raw = BUF_INIT(MESSAGE_CEILING);
    k->plain = BUF_INIT(REC_CEILING);
    k->facts.message = BUF_INIT(DOCUMENT_CEILING);
    while (at < end) {
        struct record piece = { .text = at, .before = at[-1] };

        while (at < end && *at != '\r' && *at != '\n')
            at++;
        piece.len = (size_t)(at - piece.text);
        piece.after = at < end ? *at++ : 0;
        if (piece.after != 0 || !in_path)
            kopia_piece(k, &piece);
        else
            unmatched(k, &(struct line){ .at = piece.text, .len = piece.len });
    }
    buf_free(&held);
    buf_free(&k->plain);
    buf_free(&k->facts.message);
    k->plain = plain;
    k->facts.message = log;
}

static void end_message(struct kopia *k)
{
    const struct message *m = &k->message;

    if (m->open)
        return;
    if (m->named) {
        k->recognised++;
        report_message(&k->report, m->level, m->path, m->text);
    } else {
        struct text first = message_first_line(m);

        unmatched(k, &(struct line){ .at = first.at, .len = first.len });
    }
    if (message_rest(m).len > 0)
        give_back(k);
}

/* Where LITERAL stands in PIECE with a quote behind it; NULL. */
static const char *find_quoted(const struct record *piece, const char *literal)
{
    const char *at = piece->text, *end = at + piece->len;
    size_t len = strlen(literal);

    while ((at = memmem(at, (size_t)(end - at), literal, len)) != NULL) {
        if (at + len < end && at[len] == '"')
            return at;
        at++;
    }
    return NULL;
}

/* The path is quoted and nothing in it escaped: its end is looked for in the
 * raw bytes, which may hold ESC and go on in the next piece. */
static void begin_message(struct kopia *k, const struct match *match,
                          const struct line *line)
{
    const struct record *piece = line->piece;
    const char *literal = match->form->literal;
    struct text text = { line->at, line->len };
    const char *raw = NULL;
    char after = 0;

    if (piece != NULL) {
        raw = find_quoted(piece, literal);
        after = piece->after;
    }
    if (raw != NULL) {
        text.at = raw;
        text.len = (size_t)(piece->text + piece->len - raw);
    }
    message_begin(&k->message,
                  match->form->meaning == LINE_IGNORED ? "warning" : "error",
                  literal[0] == '!', text, strlen(literal) + 1, after);
    end_message(k);
}

/* Whether LINE, which MATCH knows, is a failure text that may go on. */
static bool begin_failure(struct kopia *k, const struct match *match,
                          const struct line *line)
{
    bool whole = match->form->meaning == LINE_FAILED &&
                 values_has(&match->values, F_text) && match->len == line->len;

    if (!whole ||
        !cause_begin(&k->failure, (struct text){ line->at, line->len }))
        return false;
    k->failed = *match;
    k->failed_level = line->level;
    return true;
}

static void end_failure(struct kopia *k)
{
    struct line line = { .at = k->failure.text.bytes,
                         .len = k->failure.text.len,
                         .level = k->failed_level };

    if (!k->failure.open)
        return;
    k->failure.open = false;
    k->failed.len = line.len;
    if (report_match(&k->report, &k->failed, line.at, line.rest)) {
        k->recognised++;
        return;
    }
    suspect(k, &line);
    unmatched(k, &line);
}

static enum level level_of(struct text word)
{
    return word.len == 5 && memcmp(word.at, "ERROR", 5) == 0 ? LEVEL_ERROR
                                                             : LEVEL_LESS;
}

/* The message of a JSON log line, which may be several lines. */
static void parse_log(struct kopia *k)
{
    const struct document_facts *f = &k->facts;
    enum level level = level_of((struct text){ f->level.bytes, f->level.len });
    bool rest = false;

    for (size_t at = 0, len; at < f->message.len; at += len + 1) {
        const char *line = f->message.bytes + at;
        const char *stop = memchr(line, '\n', f->message.len - at);

        len = stop != NULL ? (size_t)(stop - line) : f->message.len - at;
        parse_line(k, (struct line){ line, len, NULL, level, rest });
        rest = rest || len > 0;
    }
}

static void end_document(struct kopia *k, const struct line *line)
{
    enum document_kind kind;

    if (k->document.open)
        return;
    kind = document_read(&k->document, &k->facts);
    if (kind == DOCUMENT_OTHER)
        unmatched(k, line);
    else if (kind == DOCUMENT_LOG)
        parse_log(k);
    else {
        k->recognised++;
        report_document(&k->report, kind, &k->facts);
    }
}

/* A file name that looks like progress stands in front of the rest of the
 * message that names it. */
static bool is_file_name(const struct match *match, const struct line *line)
{
    const char *rest = line->at + match->len;

    return match->form->meaning == LINE_PROGRESS && match->len < line->len &&
           (*rest == '"' || *rest == ':');
}

/* Whether it is a message whose path is still to be found in its text. */
static bool is_quoted(const struct match *match)
{
    enum meaning meaning = match->form->meaning;

    return (meaning == LINE_IGNORED || meaning == LINE_ERROR) &&
           !values_has(&match->values, F_path);
}

/* Takes one line, or what is in front of one; the length of it, 0 where
 * nothing is known about the line. */
static size_t take(struct kopia *k, struct line *line)
{
    struct match match;

    if (!matcher_match(k->matcher, line->at, line->len, &match) ||
        is_file_name(&match, line))
        return 0;
    if (match.form->meaning == LINE_DRESS) {
        if (values_has(&match.values, F_level))
            line->level = level_of(values_text(&match.values, F_level));
        return match.len;
    }
    if (match.form->meaning == LINE_SUSPECT)
        return 0;
    if (match.form->meaning == LINE_JSON) {
        if (line->piece == NULL)
            return 0;
        match.len =
            document_begin(&k->document, line->at, line->len, line->piece->cut);
        if (match.len > 0)
            end_document(k, line);
        return match.len;
    }
    if (is_quoted(&match)) {
        begin_message(k, &match, line);
        return match.len;
    }
    if (begin_failure(k, &match, line))
        return match.len;
    if (!report_match(&k->report, &match, line->at, line->rest))
        return 0;
    k->recognised++;
    return match.len;
}

static void trim(struct line *line)
{
    while (line->len > 0 && line->at[0] == ' ') {
        line->at++;
        line->len--;
    }
    while (line->len > 0 && line->at[line->len - 1] == ' ')
        line->len--;
}

/* What LINE is to a text that it may be a part of. */
static enum piece_kind kind_of(struct kopia *k, const struct line *line)
{
    struct match match;

    if (line->len == 0)
        return PIECE_BLANK;
    if (!matcher_match(k->matcher, line->at, line->len, &match) ||
        is_file_name(&match, line) || match.form->meaning == LINE_SUSPECT)
        return PIECE_TEXT;
    return is_quoted(&match) ? PIECE_MESSAGE : PIECE_LINE;
}

/* Whether LINE goes to the failure text that is open. */
static bool continue_failure(struct kopia *k, const struct line *line)
{
    char separator = line->piece != NULL ? line->piece->before : '\n';

    if (kind_of(k, line) == PIECE_TEXT &&
        cause_add(&k->failure, separator, (struct text){ line->at, line->len }))
        return true;
    end_failure(k);
    return false;
}

/* A log line may be glued to a progress line, with blanks between them. */
static void parse_line(struct kopia *k, struct line line)
{
    for (;;) {
        size_t used;

        trim(&line);
        if (line.len == 0 || (k->failure.open && continue_failure(k, &line)))
            return;
        k->suspect.len = line.rest ? k->suspect.len : 0;
        used = take(k, &line);
        if (used == 0)
            break;
        line.at += used;
        line.len -= used;
    }
    /* a line that the end of the input cut is nobody's last word */
    if (!line.rest && (line.piece == NULL || line.piece->after != 0))
        suspect(k, &line);
    unmatched(k, &line);
}

static struct line plain_line(struct kopia *k, const struct record *piece)
{
    struct line line = { .at = piece->text, .len = piece->len, .piece = piece };

    if (piece->len > 0 && memchr(piece->text, '\033', piece->len) != NULL) {
        sgr_strip(piece->text, piece->len, &k->plain);
        line.len = k->plain.failed ? 0 : k->plain.len;
        if (line.len > 0)
            line.at = k->plain.bytes;
    }
    return line;
}

/* Whether PIECE goes to the message that is open. */
static bool continue_message(struct kopia *k, const struct record *piece)
{
    struct line line = plain_line(k, piece);
    bool taken;

    trim(&line);
    taken = message_add(&k->message, piece, kind_of(k, &line));
    end_message(k);
    return taken;
}

void kopia_piece(struct kopia *k, const struct record *piece)
{
    struct line line;

    while (k->message.open)
        if (continue_message(k, piece))
            return;
    if (piece->len == 0)
        return;
    line = plain_line(k, piece);
    if (k->document.open) {
        size_t used = document_add(&k->document, line.at, line.len, piece->cut);

        if (used > 0)
            end_document(k, &line);
        line.at += used;
        line.len -= used;
    }
    parse_line(k, line);
}

/* Whether the last word is a failure text: at level ERROR it is; without a
 * level where it reads like one and nothing proved another end. */
static bool suspect_failed(struct kopia *k)
{
    struct match match;

    if (k->suspect.len == 0 || k->suspect_level == LEVEL_LESS)
        return false;
    if (k->suspect_level == LEVEL_ERROR)
        return true;
    return run_is_open(&k->report.run) &&
           matcher_match(k->matcher, k->suspect.bytes, k->suspect.len,
                         &match) &&
           match.form->meaning == LINE_SUSPECT;
}

bool kopia_end(struct kopia *k)
{
    while (k->message.open) {
        message_close(&k->message);
        end_message(k);
    }
    end_failure(k);
    if (suspect_failed(k))
        report_failed(&k->report,
                      (struct text){ k->suspect.bytes, k->suspect.len },
                      (struct text){ "", 0 });
    return report_end(&k->report);
}
