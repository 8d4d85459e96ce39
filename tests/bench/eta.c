/*
 * eta STEM ...: our estimates and kopia's against how long it really took.
 *
 * Plays each recording, STEM.console with its STEM.times, and looks at every
 * instant at which kopia says how long it will still take and we do too: how
 * far each is from the truth, the time until the last bytes came.  An error is
 * a share of the whole duration, or a factor: the logarithm of the quotient of
 * the two, a second added to both.  Each recording has its mean, and these
 * have theirs.  A run that did not come to its end (killed, cancelled) has no
 * end that could have been foretold; it counts by itself.
 *
 * Nothing was wrong with any of them, so a verdict that doubts one is counted.
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "base/rec.h"
#include "base/scan.h"
#include "mover/kopia.h"
#include "phase/eta.h"
#include "phase/note.h"
#include "phase/verdict.h"

enum { FILE_MAX = 1024 * 1024, SAMPLES = 1000000, PATIENCE = 10 };

struct errors {
    double share, factor;
};

/* One run, and what is summed up of it. */
struct race {
    struct buf times;
    const char *line; /* of `times`, not yet looked at */
    int64_t come;     /* bytes of the console that have */
    int64_t now, end; /* ns since the start */
    struct eta eta;
    struct verdict verdict;
    bool doubted; /* it was slow, or had stalled */
    struct errors ours, kopias;
    double unseen; /* kopia's share where we say nothing */
    int both, alone, within;
    int64_t percent; /* the last; hundredths */
    bool complete;   /* as the result says */
};

/* A set of runs, and the sums of their means. */
struct set {
    const char *name;
    double seconds; /* the shortest run */
    struct errors ours, kopias;
    double within;
    int runs, instants, better, worse;
};

static _Noreturn void fail(const char *what, const char *name)
{
    fprintf(stderr, "eta: %s %s\n", what, name);
    exit(111);
}

/* Takes the next line, "SECONDS<TAB>BYTES"; false at the end. */
static bool next_read(struct race *r)
{
    const char *end = r->times.bytes + r->times.len;
    const char *stop = memchr(r->line, '\n', (size_t)(end - r->line));
    const char *tab = memchr(r->line, '\t', (size_t)(end - r->line));
    int64_t bytes;

    if (stop == NULL)
        return false;
    if (tab == NULL || tab > stop ||
        !num_decimal(r->line, (size_t)(tab - r->line), CLOCK_SECOND, &r->now) ||
        !num_int(tab + 1, (size_t)(stop - tab - 1), &bytes))
        fail("no time:", r->line);
    r->come += bytes;
    r->line = stop + 1;
    return true;
}

static void open_race(struct race *r, const char *path)
{
    *r = (struct race){ .times = BUF_INIT(FILE_MAX),
                        .verdict = VERDICT_INIT(PATIENCE * CLOCK_SECOND),
                        .percent = -1 };
    if (!file_read(path, &r->times))
        fail("unable to read", path);
    r->line = r->times.bytes;
    while (next_read(r))
        ;
    r->end = r->now;
    r->come = 0;
    r->line = r->times.bytes;
}

static struct errors errors_of(int64_t seconds, const struct race *r)
{
    double left = (double)(r->end - r->now) / (double)CLOCK_SECOND;

    return (struct errors){
        fabs((double)seconds - left) * (double)CLOCK_SECOND / (double)r->end,
        fabs(log(((double)seconds + 1) / (left + 1))),
    };
}

static void add(struct errors *sum, struct errors e, double by)
{
    sum->share += e.share / by;
    sum->factor += e.factor / by;
}

static struct work work_of(const char *record, size_t len)
{
    struct work work = work_unknown;
    struct scan_value key, value;
    struct scan s;

    if (scan_begin(&s, record, len))
        while (scan_next(&s, &key, &value) == SCAN_MEMBER)
            work_set(&work, &key, &value);
    return work;
}

static void see_progress(struct race *r, const struct note *n,
                         const struct work *work)
{
    struct measure m = work_measure(work, &n->progress, n->overall);
    struct left left;
    double truth = (double)(r->end - r->now) / (double)CLOCK_SECOND;

    r->percent = n->progress.percent;
    if (verdict_see(&r->verdict, r->now, &m))
        r->doubted |= r->verdict.is != VERDICT_RUNNING;
    eta_see(&r->eta, r->now, &m);
    if (n->progress.seconds < 0)
        return;
    left = left_in_seconds(eta_left(&r->eta, r->now));
    if (left.expected < 0) {
        r->alone++;
        r->unseen += errors_of(n->progress.seconds, r).share;
        return;
    }
    r->both++;
    r->within += truth >= (double)left.low &&
                 (left.high < 0 || truth <= (double)left.high);
    add(&r->ours, errors_of(left.expected, r), 1);
    add(&r->kopias, errors_of(n->progress.seconds, r), 1);
}

static void on_record(void *arg, const char *record, size_t len)
{
    struct race *r = arg;
    struct work work = work_of(record, len - 1);
    static struct note n;

    note_read(&n, record, len - 1);
    if (n.kind == NOTE_PROGRESS)
        see_progress(r, &n, &work);
    else if (n.kind == NOTE_RESULT)
        r->complete = n.result == RESULT_COMPLETE;
}

/* Each piece comes when its last byte does. */
static void run(struct race *r, const char *path, struct matcher *matcher)
{
    struct kopia_options options = { .emit = on_record,
                                     .arg = r,
                                     .matcher = matcher };
    struct kopia *k = kopia_new(&options);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct record piece;
    struct rec in;
    int64_t cut = 0;

    if (k == NULL || fd < 0 || !rec_open(&in, fd, CUT_CR_LF))
        fail("unable to read", path);
    while (rec_next(&in, &piece, -1) == REC_OK) {
        cut += (int64_t)piece.len;
        while (r->come < cut && next_read(r))
            ;
        cut += piece.after != 0;
        kopia_piece(k, &piece);
    }
    kopia_end(k);
    rec_close(&in);
    close(fd);
    kopia_free(k);
}

static void count(struct set *set, const struct race *r)
{
    if (r->both == 0 || (double)r->end < set->seconds * (double)CLOCK_SECOND)
        return;
    set->runs++;
    set->instants += r->both;
    add(&set->ours, r->ours, r->both);
    add(&set->kopias, r->kopias, r->both);
    set->within += (double)r->within / r->both;
    set->better += r->ours.share < r->kopias.share - 1e-9;
    set->worse += r->ours.share > r->kopias.share + 1e-9;
}

static void print(const struct set *set)
{
    int n = set->runs > 0 ? set->runs : 1;

    printf(
        "%-28s %4d %8d   %6.2f%% %6.2f%%   %6.3f %6.3f   %4d %4d   %5.1f%%\n",
        set->name, set->runs, set->instants, 100 * set->ours.share / n,
        100 * set->kopias.share / n, exp(set->ours.factor / n),
        exp(set->kopias.factor / n), set->better, set->worse,
        100 * set->within / n);
}

/* What a million samples cost, an estimate after each. */
static void print_cost(void)
{
    struct eta eta = { 0 };
    clock_t start = clock();
    int64_t sum = 0;

    for (int64_t i = 0; i < SAMPLES; i++) {
        struct measure m = { .unit = MEASURE_HASHED,
                             .done = i * 810000,
                             .total = INT64_C(810000) * SAMPLES };

        eta_see(&eta, i * 300000000, &m);
        sum += eta_left(&eta, i * 300000000).expected;
    }
    printf("%d samples, an estimate after each: %.3f s of CPU (sum %lld)\n",
           SAMPLES, (double)(clock() - start) / CLOCKS_PER_SEC, (long long)sum);
}

int main(int argc, char **argv)
{
    struct set all = { .name = "all that came to their end" };
    struct set longer = { .name = "of these, 10 s and longer", .seconds = 10 };
    struct set cut_off = { .name = "cut off" };
    struct matcher *matcher = matcher_new();
    double unseen = 0;
    int alone = 0, doubted = 0;

    if (matcher == NULL)
        fail("no", "memory");
    for (int i = 1; i < argc; i++) {
        char path[512];
        struct race r;

        snprintf(path, sizeof path, "%s.times", argv[i]);
        open_race(&r, path);
        snprintf(path, sizeof path, "%s.console", argv[i]);
        run(&r, path, matcher);
        buf_free(&r.times);
        doubted += r.doubted;
        if (!r.complete && r.percent < PERCENT_HELD) {
            count(&cut_off, &r);
            continue;
        }
        alone += r.alone;
        unseen += r.unseen;
        count(&all, &r);
        count(&longer, &r);
    }
    matcher_free(matcher);
    printf("%-28s %4s %8s   %15s   %13s   %9s   %6s\n",
           "time left, ours : kopia's", "runs", "instants", "of the duration",
           "factor", "runs +  -", "within");
    print(&all);
    print(&longer);
    print(&cut_off);
    printf("instants of the first at which only kopia says something: %d, its "
           "error there %.0f%%\n",
           alone, alone > 0 ? 100 * unseen / alone : 0);
    printf("slow or stalled with %d s for --stall-after: %d of %d\n", PATIENCE,
           doubted, argc - 1);
    print_cost();
    return 0;
}
