/*
 * base/apart.h, and what of a kubeconfig and a plugin comes from there
 * (kube/apart.h, kube/packed.h).
 */
#include "base/apart.h"

#include <signal.h>
#include <sys/syscall.h>

#include "base/memory.h"
#include "base/secret.h"
#include "kube/apart.h"
#include "kube/packed.h"
#include "kube/plugin.h"
#include "kubeconfigs.h"

enum { LARGE = 5 * 1024 * 1024 };

static int seen; /* what a child changes */

/* errno of the next call, 0: none; read() is that of a pipe. */
static int fork_error, read_error, wait_error;

static bool take_error(int *error)
{
    int taken = *error;

    *error = 0;
    if (taken != 0)
        errno = taken;
    return taken != 0;
}

/* These stand in front of the C library's. */
pid_t fork(void)
{
    return take_error(&fork_error) ? -1 : _Fork();
}

ssize_t read(int fd, void *bytes, size_t n)
{
    return take_error(&read_error) ? -1 : syscall(SYS_read, fd, bytes, n);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    pid_t ended = wait4(pid, status, options, NULL);

    return ended > 0 && take_error(&wait_error) ? -1 : ended;
}

static bool say(void *arg, struct buf *result)
{
    seen++;
    buf_str(result, arg);
    return true;
}

static bool say_much(void *arg, struct buf *result)
{
    (void)arg;
    for (int i = 0; i < LARGE; i++)
        buf_char(result, (char)i);
    return true;
}

static bool fail_so(void *arg, struct buf *result)
{
    buf_str(result, "half");
    errno = *(const int *)arg;
    return false;
}

static bool crash(void *arg, struct buf *result)
{
    (void)arg;
    (void)result;
    raise(SIGKILL);
    return true;
}

static bool lack(void *arg, struct buf *result)
{
    (void)arg;
    buf_str(result, "half");
    memory_miss();
    return true;
}

static void assert_nothing_left(const struct buf *b)
{
    assert_int_equal(b->len, 0);
    assert_int_equal(waitpid(-1, NULL, 0), -1);
    assert_int_equal(errno, ECHILD);
}

static void a_result_takes_the_place_of_what_was_there(void **state)
{
    struct buf b = BUF_INIT(1000);
    char text[] = "hunter2";

    (void)state;
    buf_str(&b, "something longer");
    assert_true(apart(say, text, &b));
    assert_buf(&b, "hunter2");
    assert_int_equal(seen, 0);
    text[0] = '\0';
    assert_true(apart(say, text, &b));
    assert_nothing_left(&b);
    secret_free(&b);
}

static void more_than_a_pipe_holds_comes_whole(void **state)
{
    struct buf b = BUF_INIT(LARGE), less = BUF_INIT(LARGE - 1);

    (void)state;
    assert_true(apart(say_much, NULL, &b));
    assert_int_equal(b.len, LARGE);
    for (int i = 0; i < LARGE; i++)
        if (b.bytes[i] != (char)i)
            fail_msg("byte %d", i);
    secret_free(&b);
    assert_false(apart(say_much, NULL, &less));
    assert_nothing_left(&less);
    secret_free(&less);
}

static void what_failed_is_told(void **state)
{
    static const int errors[] = { ENOENT, EACCES, EIO };
    struct buf b = BUF_INIT(1000);

    (void)state;
    for (size_t i = 0; i < COUNT(errors); i++) {
        int errnum = errors[i];

        assert_false(apart(fail_so, &errnum, &b));
        assert_int_equal(errno, errors[i]);
        assert_nothing_left(&b);
    }
    assert_false(apart(crash, NULL, &b));
    assert_int_equal(errno, EIO);
    assert_nothing_left(&b);
    assert_false(apart(lack, NULL, &b));
    assert_int_equal(errno, ENOMEM);
    assert_nothing_left(&b);
    assert_false(memory_missed());
    secret_free(&b);
}

/* Where the call that CALL is of fails with ERROR nothing is left of it. */
static void assert_call_told(int *call, int error)
{
    struct buf b = BUF_INIT(1000);
    char text[] = "hunter2";

    *call = error;
    assert_false(apart(say, text, &b));
    assert_int_equal(errno, error);
    assert_nothing_left(&b);
    secret_free(&b);
}

/* The child, which has more to say than a pipe holds, ends where nobody reads
 * it any more. */
static void who_is_not_read_is_not_waited_for_in_vain(void **state)
{
    struct buf b = BUF_INIT(LARGE);

    (void)state;
    alarm(60);
    read_error = EIO;
    assert_false(apart(say_much, NULL, &b));
    alarm(0);
    assert_int_equal(errno, EIO);
    assert_nothing_left(&b);
    secret_free(&b);
}

/* Not by the child alone: what calls may fail here do. */
static void a_failure_on_this_side_is_told(void **state)
{
    struct buf b = BUF_INIT(1000);
    char text[] = "hunter2";

    (void)state;
    assert_call_told(&fork_error, EAGAIN);
    assert_call_told(&read_error, EIO);
    assert_call_told(&wait_error, ECHILD);
    read_error = EINTR;
    assert_true(apart(say, text, &b));
    assert_buf(&b, "hunter2");
    assert_int_equal(fork_error + read_error + wait_error, 0);
    secret_free(&b);
}

static void assert_text(const char *a, const char *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a != NULL)
        assert_string_equal(a, b);
}

static void assert_texts(char *const *a, char *const *b)
{
    for (; *a != NULL; a++, b++)
        assert_text(*a, *b);
    assert_null(*b);
}

static void assert_plugin(const struct plugin *a, const struct plugin *b)
{
    assert_text(a->owner, b->owner);
    assert_texts(a->argv, b->argv);
    assert_texts(a->environment, b->environment);
    assert_text(a->api_version, b->api_version);
    assert_text(a->install_hint, b->install_hint);
    assert_int_equal(a->wants_cluster, b->wants_cluster);
    assert_text(a->info, b->info);
    assert_int_equal(a->timeout, b->timeout);
}

static void assert_cluster(const struct cluster *a, const struct cluster *b)
{
    assert_text(a->server, b->server);
    assert_text(a->namespace_, b->namespace_);
    assert_text(a->tls_server_name, b->tls_server_name);
    assert_text(a->proxy, b->proxy);
    assert_int_equal(a->insecure, b->insecure);
    assert_true(buf_same(&a->ca, &b->ca));
    assert_text(a->ca_file, b->ca_file);
    assert_true(buf_same(&a->cert, &b->cert));
    assert_true(buf_same(&a->key, &b->key));
    assert_text(a->cert_file, b->cert_file);
    assert_text(a->key_file, b->key_file);
    assert_true(buf_same(&a->token, &b->token));
    assert_text(a->token_file, b->token_file);
    assert_int_equal(a->plugin == NULL, b->plugin == NULL);
    if (a->plugin != NULL)
        assert_plugin(a->plugin, b->plugin);
}

/* Users and clusters that have, all together, whatever there may be. */
static void put_rich(int number)
{
    static const char *const users[] = {
        "token: hunter2, client-certificate-data: " CERT_BASE64
        ", client-key-data: " KEY_BASE64,
        "tokenFile: token, client-certificate: cert, client-key: key",
        "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: "
        "./plugin, args: [a, \"\"], env: [{name: A, value: b}, {name: C}], "
        "installHint: so, provideClusterInfo: true, interactiveMode: Never}",
        "",
    };
    static const char *const clusters[] = {
        SERVER ", certificate-authority: cert, tls-server-name: there",
        SERVER ", proxy-url: \"http://u:p@proxy:1\"",
        SERVER ", insecure-skip-tls-verify: true, proxy-url: \"\"",
        SERVER ", certificate-authority-data: " CERT_BASE64,
    };

    put("cert", CERT, 0600);
    put("key", KEY, 0600);
    put("token", "hunter3", 0600);
    put_config("config", clusters[number], users[number],
               number == 0 ? "namespace: there" : "");
}

static void a_kubeconfig_is_the_same_from_there(void **state)
{
    const struct kubeconfig_options options = { .path = "config" };
    struct cluster_why why = { .text = "" };
    struct cluster a, b;

    (void)state;
    for (int i = 0; i < 4; i++) {
        put_rich(i);
        take_config("config", &a);
        assert_int_equal(kubeconfig_read_apart(&options, &b, &why),
                         KUBECONFIG_DONE);
        assert_cluster(&a, &b);
        cluster_free(&a);
        cluster_free(&b);
    }
}

static void why_not_is_the_same_from_there(void **state)
{
    const struct kubeconfig_options options = { .path = "config" },
                                    gone = { .path = "gone" };
    struct cluster_why a, b;
    struct cluster c;

    (void)state;
    put_config("config", SERVER, "username: hunter2", "");
    assert_int_equal(read_config("config", &c, &a), KUBECONFIG_WRONG);
    assert_int_equal(kubeconfig_read_apart(&options, &c, &b), KUBECONFIG_WRONG);
    assert_string_equal(a.text, b.text);
    assert_true(is_nothing(&c));
    assert_int_equal(read_config("gone", &c, &a), KUBECONFIG_WRONG);
    assert_int_equal(kubeconfig_read_apart(&gone, &c, &b), KUBECONFIG_WRONG);
    assert_string_equal(a.text, b.text);
    assert_int_equal(b.errnum, ENOENT);
    setenv("KUBECONFIG", "gone", 1);
    assert_int_equal(
        kubeconfig_read_apart(&(struct kubeconfig_options){ 0 }, &c, &b),
        KUBECONFIG_NOTHING);
    assert_true(is_nothing(&c));
}

/* However much of the bytes there is, it is taken, or told to be wrong. */
static void what_was_cut_off_is_wrong(void **state)
{
    struct buf whole = BUF_INIT(100000);
    struct cluster c;

    (void)state;
    put_rich(2);
    take_config("config", &c);
    packed_put_cluster(&whole, &c);
    cluster_free(&c);
    for (size_t len = 0; len < whole.len; len++) {
        char *bytes = malloc(len + 1); /* for who looks at each access */
        struct packed p = { bytes, len, false };

        assert_non_null(bytes);
        memcpy(bytes, whole.bytes, len);
        packed_cluster(&p, &c);
        assert_true(p.wrong);
        cluster_free(&c);
        free(bytes);
    }
    secret_free(&whole);
}

/* Nor is a reason read that is too long, or not there. */
static void a_reason_that_is_cut_off_is_wrong(void **state)
{
    static const int64_t lengths[] = { -1, 5, CLUSTER_WHY_MAX, INT64_MAX };
    struct cluster_why why;

    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct buf b = BUF_INIT(1000);
        struct packed p;

        packed_put_int(&b, lengths[i]);
        buf_str(&b, "four");
        p = (struct packed){ b.bytes, b.len, false };
        memset(&why, 0, sizeof why);
        errno = 0;
        packed_why(&p, &why);
        assert_true(p.wrong);
        assert_int_equal(errno, EIO);
        assert_string_equal(why.text, "");
        buf_free(&b);
    }
}

static void a_plugins_reply_is_the_same_from_there(void **state)
{
    static const char head[] =
        "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" PLUGIN_V1 "\"";
    static char owner[] = "user", name[] = "./plugin";
    char *argv[] = { name, NULL }, text[1000];
    const struct plugin plugin = { .owner = owner,
                                   .argv = argv,
                                   .api_version = PLUGIN_V1 };
    struct cluster_why a = { .text = "" }, b = a;
    struct plugin_reply r;

    (void)state;
    plugin_reply_init(&r);
    snprintf(text, sizeof text,
             "%s,\"status\":{\"token\":\"hunter2\",\"clientCertificateData\":"
             "\"-----BEGIN CERTIFICATE-----\",\"clientKeyData\":"
             "\"-----BEGIN PRIVATE KEY-----\","
             "\"expirationTimestamp\":\"2030-01-01T00:00:00Z\"}}",
             head);
    assert_true(plugin_reply_read_apart(&r, &plugin, text, strlen(text), &a));
    assert_buf(&r.token, "hunter2");
    assert_buf(&r.cert, "-----BEGIN CERTIFICATE-----");
    assert_buf(&r.key, "-----BEGIN PRIVATE KEY-----");
    assert_int_equal(r.expires, 1893456000 * CLOCK_SECOND);
    assert_false(plugin_reply_read_apart(&r, &plugin, head, 3, &a));
    assert_int_equal(r.token.room, 0);
    assert_false(plugin_reply_read(&r, &plugin, head, 3, &b));
    assert_string_equal(a.text, b.text);
    plugin_reply_free(&r);
}

#define FILES(t)                                                               \
    cmocka_unit_test_setup_teardown(t, scratch_before, scratch_after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILES(a_result_takes_the_place_of_what_was_there),
        FILES(more_than_a_pipe_holds_comes_whole),
        FILES(what_failed_is_told),
        FILES(a_failure_on_this_side_is_told),
        FILES(who_is_not_read_is_not_waited_for_in_vain),
        FILES(a_kubeconfig_is_the_same_from_there),
        FILES(why_not_is_the_same_from_there),
        FILES(what_was_cut_off_is_wrong),
        FILES(a_reason_that_is_cut_off_is_wrong),
        FILES(a_plugins_reply_is_the_same_from_there),
    };

    return cmocka_run_group_tests_name("apart", tests, scratch_open,
                                       scratch_close);
}
