/* file.h: whole files, read and replaced. */
#include "scratch.h"

#include <limits.h>

static void a_file_is_read_behind_what_is_there(void **state)
{
    struct buf b = BUF_INIT(64);

    (void)state;
    put("f", "text", 0644);
    buf_str(&b, "some ");
    assert_true(file_read("f", &b));
    assert_int_equal(b.len, 9);
    assert_memory_equal(b.bytes, "some text", 9);
    buf_free(&b);
}

static void a_file_may_fill_the_buffer_to_its_ceiling(void **state)
{
    struct buf b = BUF_INIT(4);

    (void)state;
    put("f", "four", 0644);
    assert_true(file_read("f", &b));
    assert_int_equal(b.len, 4);
    buf_clear(&b);
    put("f", "fives", 0644);
    assert_false(file_read("f", &b));
    assert_int_equal(errno, EFBIG);
    assert_int_equal(b.len, 4);
    buf_free(&b);
}

static void a_long_file_is_read_whole(void **state)
{
    enum { LEN = 300 * 1000 };
    struct buf b = BUF_INIT(LEN + 1);
    FILE *f = fopen("f", "w");

    (void)state;
    assert_non_null(f);
    for (int i = 0; i < LEN; i++)
        fputc(i % 251, f);
    assert_int_equal(fclose(f), 0);
    assert_true(file_read("f", &b));
    assert_int_equal(b.len, LEN);
    for (int i = 0; i < LEN; i++)
        if ((unsigned char)b.bytes[i] != i % 251)
            fail_msg("byte %d differs", i);
    buf_free(&b);
}

static void what_cannot_be_read_is_told(void **state)
{
    struct buf b = BUF_INIT(64);

    (void)state;
    assert_false(file_read("missing", &b));
    assert_int_equal(errno, ENOENT);
    assert_false(file_read(".", &b));
    assert_int_equal(errno, EISDIR);
    buf_free(&b);
}

/* The pipe is non-blocking, and at first perhaps empty. */
static void standard_input_is_read_to_its_end(void **state)
{
    struct buf b = BUF_INIT(64);
    int kept = dup(STDIN_FILENO);
    int ends[2], status;
    pid_t writer;

    (void)state;
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        usleep(20 * 1000);
        _exit(write(ends[1], "piped", 5) == 5 ? 0 : 1);
    }
    close(ends[1]);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_true(file_read("-", &b));
    assert_int_equal(b.len, 5);
    assert_memory_equal(b.bytes, "piped", 5);
    assert_int_equal(dup2(kept, STDIN_FILENO), STDIN_FILENO);
    close(kept);
    close(ends[0]);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    buf_free(&b);
}

static void a_new_file_follows_the_umask(void **state)
{
    (void)state;
    umask(027);
    assert_true(replace("f", "new\n"));
    assert_holds("f", "new\n");
    assert_mode("f", 0640);
    assert_int_equal(count_names("."), 1);
}

static void an_old_file_keeps_its_mode(void **state)
{
    static const mode_t modes[] = { 0604, 0400, 0666, 0755 };

    (void)state;
    umask(077);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        put("f", "old, and longer\n", modes[i]);
        assert_true(replace("f", "new\n"));
        assert_holds("f", "new\n");
        assert_mode("f", modes[i]);
        assert_int_equal(unlink("f"), 0);
    }
}

static void only_permission_bits_are_kept(void **state)
{
    (void)state;
    put("f", "old\n", 06755);
    assert_true(replace("f", "new\n"));
    assert_mode("f", 0755);
}

static void owner_and_group_are_kept(void **state)
{
    struct stat info;
    bool may = geteuid() == 0;

    (void)state;
    put("f", "old\n", 0640);
    if (may)
        assert_int_equal(chown("f", 12345, 54321), 0);
    assert_true(replace("f", "new\n"));
    assert_int_equal(stat("f", &info), 0);
    assert_int_equal(info.st_uid, may ? 12345 : geteuid());
    assert_int_equal(info.st_gid, may ? 54321 : getegid());
    assert_mode("f", 0640);
}

static void a_file_may_become_empty(void **state)
{
    (void)state;
    put("f", "old\n", 0644);
    assert_true(replace("f", ""));
    assert_holds("f", "");
}

static void a_link_stays_and_its_target_is_replaced(void **state)
{
    struct stat info;

    (void)state;
    assert_int_equal(mkdir("d", 0755), 0);
    put("d/f", "old\n", 0600);
    assert_int_equal(symlink("f", "d/second"), 0);
    assert_int_equal(symlink("d/second", "first"), 0);
    assert_true(replace("first", "new\n"));
    assert_holds("d/f", "new\n");
    assert_mode("d/f", 0600);
    assert_int_equal(lstat("first", &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(lstat("d/second", &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(count_names("."), 2);
    assert_int_equal(count_names("d"), 2);
}

static void a_link_to_nothing_stays_too(void **state)
{
    char absolute[PATH_MAX];
    struct stat info;

    (void)state;
    assert_int_equal(mkdir("d", 0755), 0);
    snprintf(absolute, sizeof absolute, "%s/d/second", scratch);
    assert_int_equal(symlink(absolute, "first"), 0);
    assert_int_equal(symlink("f", "d/second"), 0);
    assert_true(replace("first", "new\n"));
    assert_holds("d/f", "new\n");
    assert_int_equal(lstat("first", &info), 0);
    assert_true(S_ISLNK(info.st_mode));
}

static void links_in_a_circle_are_refused(void **state)
{
    (void)state;
    assert_int_equal(symlink("a", "b"), 0);
    assert_int_equal(symlink("b", "a"), 0);
    assert_refused("a", ELOOP);
    assert_int_equal(count_names("."), 2);
}

static void the_longest_name_is_good(void **state)
{
    char name[NAME_MAX + 2];

    (void)state;
    memset(name, 'n', sizeof name);
    name[NAME_MAX] = '\0';
    assert_true(replace(name, "new\n"));
    assert_holds(name, "new\n");
    assert_true(replace(name, "newer\n"));
    assert_holds(name, "newer\n");
    name[NAME_MAX] = 'n';
    name[NAME_MAX + 1] = '\0';
    assert_refused(name, ENAMETOOLONG);
    assert_int_equal(count_names("."), 1);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0755), 0);
    assert_int_equal(mkfifo("fifo", 0644), 0);
    assert_int_equal(symlink("d", "link"), 0);
    put("f", "old\n", 0644);
    assert_refused("d", EISDIR);
    assert_refused("d/", EISDIR);
    assert_refused(".", EISDIR);
    assert_refused("link", EISDIR);
    assert_refused("fifo", EINVAL);
    assert_refused("/dev/full", EINVAL);
    assert_refused("f/", ENOTDIR);
    assert_refused("f/g", ENOTDIR);
    assert_refused("missing/f", ENOENT);
    assert_refused("missing/", ENOENT);
    assert_refused("", ENOENT);
    assert_int_equal(count_names("."), 4);
    assert_int_equal(count_names("d"), 0);
    assert_holds("f", "old\n");
}

static void what_will_be_refused_is_known_before(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0755), 0);
    put("f", "old\n", 0644);
    assert_true(file_replaceable("f"));
    assert_true(file_replaceable("missing"));
    assert_true(file_replaceable("missing/f"));
    assert_true(file_replaceable("f/g"));
    assert_false(file_replaceable("d"));
    assert_int_equal(errno, EISDIR);
    assert_false(file_replaceable("/dev/full"));
    assert_int_equal(errno, EINVAL);
}

static void what_is_open_is_known_by_any_name(void **state)
{
    int fd;
    char name[32];

    (void)state;
    put("f", "old\n", 0644);
    put("g", "old\n", 0644);
    assert_int_equal(symlink("f", "link"), 0);
    fd = open("f", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    assert_true(file_is_open("f", fd));
    assert_true(file_is_open("link", fd));
    assert_true(file_is_open(name, fd));
    assert_false(file_is_open("g", fd));
    assert_false(file_is_open("missing", fd));
    close(fd);
    assert_false(file_is_open("f", fd));
}

static void a_file_is_written_where_it_stands(void **state)
{
    (void)state;
    put("f", "old, and longer\n", 0600);
    assert_int_equal(link("f", "other"), 0);
    assert_true(file_write("f", "new\n", 4));
    assert_holds("other", "new\n");
    assert_mode("f", 0600);
    assert_true(file_write("g", "made\n", 5));
    assert_holds("g", "made\n");
    assert_false(file_write("missing/f", "new\n", 4));
    assert_int_equal(errno, ENOENT);
    assert_false(file_write("/dev/full", "new\n", 4));
    assert_int_equal(errno, ENOSPC);
}

static void nobody_is_waited_for(void **state)
{
    static char much[1024 * 1024];
    int reader;

    (void)state;
    assert_int_equal(mkfifo("f", 0600), 0);
    assert_false(file_write("f", "new\n", 4));
    assert_int_equal(errno, ENXIO);
    reader = open("f", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(reader >= 0);
    assert_true(file_write("f", "new\n", 4));
    assert_false(file_write("f", much, sizeof much)); /* which nobody reads */
    assert_int_equal(errno, ETIMEDOUT);
    close(reader);
}

#define TEST(t)                                                                \
    cmocka_unit_test_setup_teardown(t, scratch_before, scratch_after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_read_behind_what_is_there),
        TEST(a_file_may_fill_the_buffer_to_its_ceiling),
        TEST(a_long_file_is_read_whole),
        TEST(what_cannot_be_read_is_told),
        TEST(standard_input_is_read_to_its_end),
        TEST(a_new_file_follows_the_umask),
        TEST(an_old_file_keeps_its_mode),
        TEST(only_permission_bits_are_kept),
        TEST(owner_and_group_are_kept),
        TEST(a_file_may_become_empty),
        TEST(what_is_open_is_known_by_any_name),
        TEST(a_link_stays_and_its_target_is_replaced),
        TEST(a_link_to_nothing_stays_too),
        TEST(links_in_a_circle_are_refused),
        TEST(the_longest_name_is_good),
        TEST(what_is_no_file_is_refused),
        TEST(what_will_be_refused_is_known_before),
        TEST(a_file_is_written_where_it_stands),
        TEST(nobody_is_waited_for),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
