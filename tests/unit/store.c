/* store.h: a file of state that several processes may keep. */
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/store.h"
#include "scratch.h"

enum { WRITERS = 4, ROUNDS = 50, FEW_ROUNDS = 5, LONG_MS = 60 * 1000 };

/* Appends the whole file to B; nothing where there is none yet. */
static bool read_store(const struct store *s, struct buf *b)
{
    return file_read(s->path, b) || errno == ENOENT;
}

static const char *vanishing; /* taken away before the next flock() */
static const char *taken;     /* ... and another's in its place */
static int vanish;            /* ... before how many more */

/* Stands in front of the C library's. */
int flock(int fd, int operation)
{
    if (vanishing != NULL)
        unlink(vanishing);
    if (vanishing != NULL && taken != NULL)
        rename(taken, vanishing);
    taken = NULL;
    if (vanish == 0 || --vanish == 0)
        vanishing = NULL;
    return (int)syscall(SYS_flock, fd, operation);
}

static void assert_reads(const char *path, const char *text)
{
    struct buf b = BUF_INIT(4096);
    struct store s;

    assert_true(store_open(&s, path, 0));
    assert_true(read_store(&s, &b));
    assert_int_equal(b.len, strlen(text));
    if (b.len > 0)
        assert_memory_equal(b.bytes, text, b.len);
    buf_free(&b);
    store_close(&s);
}

static void assert_closed(const char *path, int error)
{
    struct store s;

    errno = 0;
    assert_false(store_open(&s, path, 0));
    assert_int_equal(errno, error);
    assert_null(s.path);
    store_close(&s);
}

static void what_is_written_is_read(void **state)
{
    struct store s;

    (void)state;
    assert_reads("f", "");
    assert_int_equal(count_names("."), 0);
    assert_true(store_open(&s, "f", 0));
    assert_true(store_write(&s, "one\n", 4, true));
    assert_true(store_write(&s, "other\n", 6, true));
    assert_int_equal(count_names("."), 2);
    store_close(&s);
    assert_int_equal(count_names("."), 1);
    assert_reads("f", "other\n");
}

static void a_file_is_read_under_a_ceiling(void **state)
{
    struct buf b = BUF_INIT(3);
    struct store s;

    (void)state;
    put("f", "four", 0644);
    assert_true(store_open(&s, "f", 0));
    assert_false(read_store(&s, &b));
    assert_int_equal(errno, EFBIG);
    store_close(&s);
    buf_free(&b);
}

static void a_link_is_the_same_store(void **state)
{
    struct store s;
    struct stat info;

    (void)state;
    assert_int_equal(mkdir("d", 0755), 0);
    assert_int_equal(symlink("d/f", "link"), 0);
    assert_true(store_open(&s, "link", 0));
    assert_closed("d/f", EWOULDBLOCK);
    assert_true(store_write(&s, "new\n", 4, true));
    assert_string_equal(store_set_aside(&s), "d/f.damaged");
    assert_true(store_write(&s, "newer\n", 6, true));
    store_close(&s);
    assert_int_equal(lstat("link", &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(count_names("."), 2);
    assert_holds("d/f", "newer\n");
    assert_holds("d/f.damaged", "new\n");
}

static void what_can_be_no_store_is_refused(void **state)
{
    char name[NAME_MAX + 1];

    (void)state;
    assert_int_equal(mkdir("d", 0755), 0);
    assert_int_equal(mkfifo("fifo", 0644), 0);
    assert_int_equal(symlink("a", "b"), 0);
    assert_int_equal(symlink("b", "a"), 0);
    put("f", "old\n", 0644);
    put("g", "old\n", 0644);
    assert_int_equal(symlink("f", "g.lock"), 0);
    assert_closed("d", EISDIR);
    assert_closed("fifo", EINVAL);
    assert_closed("/dev/null", EINVAL);
    assert_closed("-", EINVAL);
    assert_closed("a", ELOOP);
    assert_closed("g", ELOOP);
    assert_closed("missing/f", ENOENT);
    assert_closed("f/g", ENOTDIR);
    memset(name, 'n', NAME_MAX);
    name[NAME_MAX] = '\0';
    assert_closed(name, ENAMETOOLONG); /* its lock has no name */
    assert_holds("f", "old\n");
    assert_int_equal(count_names("."), 7);
}

static void a_damaged_file_is_set_aside(void **state)
{
    char expected[] = "f.damaged-N";
    char text[] = "N\n";
    struct store s;

    (void)state;
    assert_true(store_open(&s, "f", 0));
    assert_null(store_set_aside(&s));
    assert_int_equal(errno, ENOENT);
    for (int n = 1; n <= STORE_ASIDE_MAX + 2; n++) {
        int last = n < STORE_ASIDE_MAX ? n : STORE_ASIDE_MAX;

        text[0] = (char)('a' + n);
        put("f", text, 0644);
        expected[10] = (char)('0' + last);
        assert_string_equal(store_set_aside(&s),
                            n == 1 ? "f.damaged" : expected);
        assert_holds(n == 1 ? "f.damaged" : expected, text);
        assert_int_equal(count_names("."), last + 1);
    }
    store_close(&s);
    assert_holds("f.damaged", "b\n");
    assert_int_equal(count_names("."), STORE_ASIDE_MAX);
}

static void what_cannot_be_set_aside_stays(void **state)
{
    char name[NAME_MAX + 1];
    struct store s;

    (void)state;
    memset(name, 'n', NAME_MAX);
    name[NAME_MAX - 5] = '\0'; /* room for .lock, not for .damaged */
    put(name, "old\n", 0644);
    assert_true(store_open(&s, name, 0));
    assert_null(store_set_aside(&s));
    assert_int_equal(errno, ENAMETOOLONG);
    store_close(&s);
    assert_holds(name, "old\n");
    assert_int_equal(count_names("."), 1);
}

/* A process that has the lock until it is told through a pipe. */
struct holder {
    pid_t pid;
    int tell;
};

static struct holder hold(const char *path)
{
    struct holder h;
    int locked[2], go[2];
    char byte;

    assert_int_equal(pipe2(locked, O_CLOEXEC), 0);
    assert_int_equal(pipe2(go, O_CLOEXEC), 0);
    h.pid = fork();
    assert_true(h.pid >= 0);
    if (h.pid == 0) {
        struct store s;

        close(go[1]);
        if (!store_open(&s, path, 0) || write(locked[1], "x", 1) != 1 ||
            read(go[0], &byte, 1) != 1)
            _exit(1);
        store_close(&s);
        _exit(0);
    }
    close(locked[1]);
    close(go[0]);
    assert_int_equal(read(locked[0], &byte, 1), 1);
    close(locked[0]);
    h.tell = go[1];
    return h;
}

static void assert_ends(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void let_go(struct holder *h)
{
    assert_int_equal(write(h->tell, "x", 1), 1);
    close(h->tell);
    assert_ends(h->pid);
}

static void another_who_has_it_is_told(void **state)
{
    struct holder h = hold("f");
    struct store s;

    (void)state;
    assert_closed("f", EWOULDBLOCK);
    assert_false(store_open(&s, "f", 30));
    assert_int_equal(errno, EWOULDBLOCK);
    let_go(&h);
    assert_reads("f", "");
    assert_int_equal(count_names("."), 0);
}

static void who_waits_gets_it(void **state)
{
    struct holder h = hold("f");
    pid_t waiter = fork();

    (void)state;
    assert_true(waiter >= 0);
    if (waiter == 0) {
        struct store s;

        close(h.tell);
        if (!store_open(&s, "f", LONG_MS))
            _exit(1);
        store_close(&s);
        _exit(0);
    }
    let_go(&h);
    assert_ends(waiter);
    assert_int_equal(count_names("."), 0);
}

/* Who had it took the file away after we opened it: a lock on that is none. */
static void a_lock_is_one_that_others_see(void **state)
{
    struct store s;

    (void)state;
    vanishing = "f.lock";
    assert_true(store_open(&s, "f", 0));
    assert_null(vanishing);
    assert_closed("f", EWOULDBLOCK);
    store_close(&s);
    assert_int_equal(count_names("."), 0);
}

static void a_lock_that_another_replaced_is_none(void **state)
{
    struct store s;
    struct stat file;
    ino_t another;

    (void)state;
    put("another", "", 0644);
    assert_int_equal(stat("another", &file), 0);
    another = file.st_ino;
    vanishing = "f.lock";
    taken = "another";
    assert_true(store_open(&s, "f", 0));
    assert_int_equal(fstat(s.lock, &file), 0);
    assert_true(file.st_ino == another);
    store_close(&s);
    assert_int_equal(count_names("."), 0);
}

/* Who takes it away each time has it, and is not asked for ever. */
static void a_lock_that_always_vanishes_is_anothers(void **state)
{
    (void)state;
    vanishing = "f.lock";
    vanish = 1000;
    assert_closed("f", EWOULDBLOCK);
    assert_true(vanish > 0);
    vanishing = NULL;
    vanish = 0;
    assert_int_equal(count_names("."), 0);
}

/* The lock of one who died is nobody's, though its file is there. */
static void the_dead_keep_nothing(void **state)
{
    struct holder h = hold("f");
    int status;

    (void)state;
    assert_int_equal(kill(h.pid, SIGKILL), 0);
    assert_int_equal(waitpid(h.pid, &status, 0), h.pid);
    close(h.tell);
    assert_int_equal(count_names("."), 1);
    assert_reads("f", "");
    assert_int_equal(count_names("."), 0);
}

/* Adds one to the number in the file; an exit code. */
static int add_one(void)
{
    struct buf b = BUF_INIT(16);
    struct store s;
    char text[32];
    bool good;

    if (!store_open(&s, "f", LONG_MS))
        return 1;
    good = read_store(&s, &b);
    buf_char(&b, '\0');
    snprintf(text, sizeof text, "%ld",
             good ? strtol(b.bytes, NULL, 10) + 1 : 0);
    good = good && store_write(&s, text, strlen(text), true);
    store_close(&s);
    buf_free(&b);
    return good ? 0 : 2;
}

static void nobody_loses_what_another_wrote(void **state)
{
    int rounds = getenv("PHASEPIPE_WRAP") != NULL ? FEW_ROUNDS : ROUNDS;
    pid_t pids[WRITERS];
    char text[16];

    (void)state;
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] > 0)
            continue;
        for (int j = 0; j < rounds; j++)
            if (add_one() != 0)
                _exit(1);
        _exit(0);
    }
    for (int i = 0; i < WRITERS; i++)
        assert_ends(pids[i]);
    snprintf(text, sizeof text, "%d", WRITERS * rounds);
    assert_holds("f", text);
    assert_int_equal(count_names("."), 1);
}

/* In a child, for whom no file may have more than two bytes. */
static int write_past_the_limit(const void *arg)
{
    const struct rlimit limit = { .rlim_cur = 2, .rlim_max = 2 };
    struct store s;

    (void)arg;
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) < 0 || !store_open(&s, "f", 0))
        return 1;
    if (store_write(&s, "new\n", 4, true) || errno != EFBIG)
        return 2;
    store_close(&s);
    return 0;
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    struct child c;

    (void)state;
    put("f", "old\n", 0644);
    run_child(&c, write_past_the_limit, NULL);
    assert_int_equal(c.status, 0);
    assert_holds("f", "old\n");
    assert_int_equal(count_names("."), 1);
}

/* In a child, which is not root: in a directory that it may not change, and
 * with a lock that another left there. */
static int open_as_nobody(const void *arg)
{
    struct buf b = BUF_INIT(64);
    struct store s;

    (void)arg;
    if (geteuid() == 0 &&
        (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0))
        return 1;
    if (store_open(&s, "d/f", 0) || errno != EACCES)
        return 2;
    if (!file_read("d/f", &b) || b.len != 4)
        return 3;
    buf_free(&b);
    if (!store_open(&s, "d/g", 0))
        return 4;
    if (store_write(&s, "new\n", 4, true) || errno != EACCES)
        return 5;
    if (store_set_aside(&s) != NULL || errno != EACCES)
        return 6;
    store_close(&s);
    return 0;
}

static void a_read_only_directory_is_no_store(void **state)
{
    struct child c;

    (void)state;
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(mkdir("d", 0755), 0);
    put("d/f", "old\n", 0644);
    put("d/g", "old\n", 0644);
    put("d/g.lock", "", 0666);
    assert_int_equal(chmod("d", 0555), 0);
    run_child(&c, open_as_nobody, NULL);
    assert_int_equal(chmod("d", 0755), 0);
    assert_int_equal(c.status, 0);
    assert_holds("d/f", "old\n");
    assert_holds("d/g", "old\n");
    assert_int_equal(count_names("d"), 3);
}

#define TEST(t)                                                                \
    cmocka_unit_test_setup_teardown(t, scratch_before, scratch_after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read),
        TEST(a_file_is_read_under_a_ceiling),
        TEST(a_link_is_the_same_store),
        TEST(what_can_be_no_store_is_refused),
        TEST(a_damaged_file_is_set_aside),
        TEST(what_cannot_be_set_aside_stays),
        TEST(another_who_has_it_is_told),
        TEST(who_waits_gets_it),
        TEST(a_lock_is_one_that_others_see),
        TEST(a_lock_that_another_replaced_is_none),
        TEST(a_lock_that_always_vanishes_is_anothers),
        TEST(the_dead_keep_nothing),
        TEST(nobody_loses_what_another_wrote),
        TEST(a_full_disk_leaves_the_old_file),
        TEST(a_read_only_directory_is_no_store),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
