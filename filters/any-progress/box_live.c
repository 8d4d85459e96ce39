/*
 * Within the box.
 */
#include <errno.h>
#include <fcntl.h>
#include <jq.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/num.h"
#include "base/out.h"
#include "base/rec.h"
#include "base/sandbox.h"
#include "box.h"

/* The descriptors: /dev/null as 0 to 2, and the two pipes. */
enum { IN = 3, OUT, IN_USE };

struct life {
    jq_state *jq;
    int in, out;
    rlim_t seconds;  /* of processor time for a line */
    bool poor;       /* our parent had missed memory when we began */
    struct buf said; /* what jq says of a wrong program, or a line */
    struct buf answer;
};

static bool read_all(int fd, void *bytes, size_t n)
{
    char *at = bytes;

    while (n > 0) {
        ssize_t got = read(fd, at, n);

        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        if (got > 0) {
            at += got;
            n -= (size_t)got;
        }
    }
    return true;
}

static void answer(struct life *l, enum box_status status, const struct buf *b)
{
    struct box_head head = { .status = status, .len = (uint32_t)b->len };

    if (memory_missed() && !l->poor) /* it may be half of one */
        _exit(BOX_NO_MEMORY);
    if (!write_all(l->out, (const char *)&head, sizeof head) ||
        !write_all(l->out, b->bytes, b->len))
        _exit(1); /* nobody is there any more */
}

static void on_error(void *arg, jv message)
{
    struct life *l = arg;

    if (l->said.len == 0 && jv_get_kind(message) == JV_KIND_STRING)
        buf_str(&l->said, jv_string_value(message));
    jv_free(message);
}

/* A line's time on the processor, from now on: the watch outside may have none
 * itself. */
static void allow_time(const struct life *l)
{
    struct timespec used = { 0 };
    struct rlimit limit = { .rlim_max = RLIM_INFINITY };

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    limit.rlim_cur = (rlim_t)used.tv_sec + l->seconds;
    setrlimit(RLIMIT_CPU, &limit);
}

/* Adds one output; false where there is no room. */
static bool add(struct life *l, jv output)
{
    buf_char(&l->answer, l->answer.len == 0 ? '[' : ',');
    json_put_value(&l->answer, output);
    jv_free(output);
    return !l->answer.failed;
}

/* Keeps what jq says of a program that fails: a text, or what else error() was
 * given. */
static void keep_error(struct life *l, jv error)
{
    if (jv_get_kind(error) == JV_KIND_STRING)
        buf_str(&l->said, jv_string_value(error));
    else
        json_put_value(&l->said, error);
    jv_free(error);
}

/* All outputs for INPUT, as an array in `answer`; or in `said`, what is
 * wrong. */
static enum box_status run(struct life *l, jv input)
{
    bool good = true;
    int count = 0;
    jv output;

    jq_start(l->jq, input, 0);
    for (;;) {
        output = jq_next(l->jq);
        if (!jv_is_valid(output))
            break;
        good = ++count <= BOX_OUTPUTS && add(l, output);
        if (!good) {
            buf_str(&l->said, "it gives too much");
            return BOX_REFUSED;
        }
    }
    good = !jv_invalid_has_msg(jv_copy(output)) && !jq_halted(l->jq);
    if (jq_halted(l->jq))
        buf_str(&l->said, "it halts");
    else if (!good)
        keep_error(l, jv_invalid_get_msg(jv_copy(output)));
    jv_free(output);
    if (count == 0)
        buf_char(&l->answer, '[');
    buf_char(&l->answer, ']');
    return good && !l->answer.failed ? BOX_ANSWERED : BOX_REFUSED;
}

static void do_line(struct life *l, const char *line, size_t len)
{
    jv input = json_parse(line, len);
    enum box_status status = BOX_REFUSED;

    buf_clear(&l->answer);
    buf_clear(&l->said);
    if (jv_is_valid(input)) {
        allow_time(l);
        status = run(l, input);
    } else {
        jv_free(input);
    }
    answer(l, status, status == BOX_ANSWERED ? &l->answer : &l->said);
}

/* Bytes of memory that the process has mapped. */
static rlim_t mapped(void)
{
    char text[64] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    size_t digits = strspn(text, "0123456789");
    int64_t pages = 0;

    if (fd >= 0)
        close(fd);
    if (n > 0)
        num_int(text, digits, &pages);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* Leaves the two descriptors and /dev/null. */
static bool keep_two(int *in, int *out)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    /* out of the way first */
    *in = fcntl(*in, F_DUPFD, IN_USE);
    *out = fcntl(*out, F_DUPFD, IN_USE);
    if (null < 0 || *in < 0 || *out < 0)
        return false;
    for (int fd = 0; fd < 3; fd++)
        if (dup2(null, fd) < 0)
            return false;
    *in = dup2(*in, IN);
    *out = dup2(*out, OUT);
    if (*in < 0 || *out < 0)
        return false;
    if (syscall(SYS_close_range, (unsigned)IN_USE, ~0U, 0U) != 0)
        for (int fd = IN_USE; fd < 1024; fd++) /* Linux before 5.9 */
            close(fd);
    return true;
}

/* Neither files nor core nor environment, and only so much memory beyond what
 * is there.  We end with our parent. */
static bool take_away(void)
{
    static char *nothing[] = { NULL }; /* jq 1.6 wants an array that is empty */
    const struct rlimit none = { 0, 0 };
    struct rlimit memory, files;

    environ = nothing;
    memory.rlim_cur = memory.rlim_max = mapped() + BOX_MEMORY;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0);
    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        return false;
    files.rlim_cur = IN_USE; /* valgrind lets nobody change the other one */
    return setrlimit(RLIMIT_CORE, &none) == 0 &&
           setrlimit(RLIMIT_AS, &memory) == 0 &&
           setrlimit(RLIMIT_NOFILE, &files) == 0;
}

/* There is nothing behind `input`, and nobody who reads `debug`. */
static jv on_input(jq_state *jq, void *arg)
{
    (void)jq;
    (void)arg;
    return jv_invalid();
}

static void on_debug(void *arg, jv message)
{
    (void)arg;
    jv_free(message);
}

static void on_no_memory(void *arg)
{
    (void)arg;
    _exit(BOX_NO_MEMORY);
}

/* Compiles the program; whether it is right is the first answer. */
static bool compile(struct life *l, const char *program)
{
    bool right;

    allow_time(l);
    l->jq = jq_init();
    if (l->jq == NULL)
        return false;
    jq_set_nomem_handler(l->jq, on_no_memory, NULL);
    jq_set_error_cb(l->jq, on_error, l);
    /* jq 1.6 does not set these itself, and calls them */
    jq_set_input_cb(l->jq, on_input, l);
    jq_set_debug_cb(l->jq, on_debug, l);
    /* jq aborts where it looks for a library and these are not set */
    jq_set_attr(l->jq, jv_string("JQ_LIBRARY_PATH"), jv_array());
    jq_set_attr(l->jq, jv_string("JQ_ORIGIN"), jv_string("/"));
    jq_set_attr(l->jq, jv_string("PROGRAM_ORIGIN"), jv_string("/"));
    right = jq_compile(l->jq, program) != 0;
    answer(l, right ? BOX_ANSWERED : BOX_REFUSED, &l->said);
    return right;
}

void box_live(int in, int out, const char *program, int64_t limit)
{
    static char line[REC_CEILING];
    struct life l = { .seconds = (rlim_t)(limit / CLOCK_SECOND) + 2,
                      .poor = memory_missed(),
                      .said = BUF_INIT(BOX_ANSWER_CEILING),
                      .answer = BUF_INIT(BOX_ANSWER_CEILING) };
    uint32_t len;
    bool good = keep_two(&in, &out);

    l.in = in;
    l.out = out;
    good = good && take_away();
    (void)sandbox_enter(); /* where there is one */
    good = good && compile(&l, program);
    while (good && read_all(l.in, &len, sizeof len) && len <= sizeof line &&
           read_all(l.in, line, len))
        do_line(&l, line, len);
    jq_teardown(&l.jq);
    buf_free(&l.said);
    buf_free(&l.answer);
    _exit(0);
}
