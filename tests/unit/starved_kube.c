/*
 * lib/kube where memory runs out, one allocation after the other: what was
 * asked for is there, or that there is no memory is what is said; nothing is
 * half there, and nothing is left over.
 */
#include "base/secret.h"
#include "kube/choose.h"
#include "kube/http.h"
#include "kube/incluster.h"
#include "kube/packed.h"
#include "kube/writer.h"
#include "plugins.h"
#include "starve.h"

/* What C has, or why it has nothing. */
static void assert_told(bool done, const struct cluster *c,
                        const struct cluster_why *why)
{
    starve.nth = 0; /* the assertions need some */
    if (!done) {
        if (!starve.fired || why->errnum != ENOMEM)
            fail_msg("%s", why->text);
        assert_true(cluster_may_pass(why));
        assert_true(is_nothing(c));
    }
}

static void body_kubeconfig(void)
{
    struct kubeconfig_options options = { .path = "config" };
    struct cluster_why why = { "", 0 };
    struct cluster c;
    bool done = kubeconfig_read(&options, &c, &why) == KUBECONFIG_DONE;

    assert_told(done, &c, &why);
    cluster_free(&c);
}

static void a_kubeconfig_without_memory_is_no_wrong_one(void **state)
{
    static const struct {
        const char *cluster, *user, *context;
    } rows[] = {
        { SERVER ", proxy-url: 'http://p:1', tls-server-name: host, "
                 "certificate-authority: ca.crt, extensions: [{name: "
                 "client.authentication.k8s.io/exec, extension: {a: [1]}}]",
          "exec: {apiVersion: client.authentication.k8s.io/v1, command: "
          "./plugin, interactiveMode: Never, args: [a, b], env: [{name: A, "
          "value: b}], installHint: h, provideClusterInfo: true}",
          "namespace: apps" },
        { SERVER ", certificate-authority-data: " CERT_BASE64,
          "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: "
          "plugin, provideClusterInfo: true}",
          "" },
        { SERVER, "client-certificate: ca.crt, client-key: key", "" },
        { SERVER,
          "client-certificate-data: " CERT_BASE64
          ", client-key-data: " KEY_BASE64,
          "" },
        { SERVER, "tokenFile: token", "" },
        { SERVER, "token: hunter2", "" },
    };

    (void)state;
    put("ca.crt", CERT, 0644);
    put("key", KEY, 0600);
    put("token", "hunter2\n", 0600);
    for (size_t i = 0; i < COUNT(rows); i++) {
        put_config("config", rows[i].cluster, rows[i].user, rows[i].context);
        assert_true(starve_each(body_kubeconfig) > (works ? 3 : -1));
    }
}

static void body_found(void)
{
    struct kubeconfig_options options = { .server = "https://h:1" };
    struct cluster_why why = { "", 0 };
    struct cluster c;
    bool done = choose_cluster(&options, "account", &c, &why) == CHOOSE_DONE;

    assert_told(done, &c, &why);
    if (done)
        assert_string_equal(c.server, "https://h:1");
    cluster_free(&c);
}

static void the_files_that_are_looked_for_need_memory_too(void **state)
{
    (void)state;
    put("token", "hunter2\n", 0600);
    put_config("one", SERVER, "token: hunter2", "");
    put_config("two", SERVER, "token: other", "");
    setenv("KUBECONFIG", "one:two", 1);
    assert_true(starve_each(body_found) > (works ? 5 : -1));
    unsetenv("KUBECONFIG");
    assert_int_equal(mkdir(".kube", 0777), 0);
    put_config(".kube/config", SERVER, "token: hunter2", "");
    setenv("HOME", ".", 1);
    assert_true(starve_each(body_found) > (works ? 5 : -1));
}

static void body_incluster(void)
{
    struct cluster_why why = { "", 0 };
    struct cluster c;
    enum incluster_result result = incluster_read("account", &c, &why);

    assert_int_not_equal(result, INCLUSTER_OUTSIDE);
    assert_int_not_equal(result, INCLUSTER_NO_TOKEN);
    assert_told(result == INCLUSTER_DONE, &c, &why);
    cluster_free(&c);
}

/* A pod that has a token is not taken for one that has none. */
static void a_pod_without_memory_is_a_pod(void **state)
{
    (void)state;
    assert_int_equal(mkdir("account", 0777), 0);
    put("account/token", "hunter2", 0600);
    put("account/ca.crt", CERT, 0644);
    put("account/namespace", "apps", 0644);
    setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
    setenv("KUBERNETES_SERVICE_PORT", "443", 1);
    assert_true(starve_each(body_incluster) > (works ? 5 : -1));
    unsetenv("KUBERNETES_SERVICE_HOST");
    unsetenv("KUBERNETES_SERVICE_PORT");
}

/* --- requests, of which none gets through */

static struct cluster cluster;

static void body_request(void)
{
    const struct http_request request = { .method = "PATCH",
                                          .path = "/x",
                                          .accept = "application/json",
                                          .content_type = "text/plain",
                                          .body = "b",
                                          .len = 1,
                                          .connect_timeout = 5 * CLOCK_SECOND,
                                          .timeout = 5 * CLOCK_SECOND };
    struct credentials credentials;
    struct cluster_why why = { "", 0 };
    struct http *h = NULL;
    bool opened = credentials_open(&credentials, &cluster);
    struct instant now = { 0, 0 };
    const struct http_reply *reply;
    bool ready = false, good = false;

    if (opened)
        ready = credentials_begin(&credentials, now) == CREDENTIALS_READY;
    if (opened && !ready &&
        !(starve.fired && cluster_may_pass(&credentials.why)))
        fail_msg("%s", credentials.why.text);
    if (ready) {
        h = http_open(&cluster, "test", &why);
        if (h == NULL && !(starve.fired && cluster_may_pass(&why)))
            fail_msg("%s", why.text);
    }
    if (h != NULL) {
        good = http_begin(h, &request, &credentials);
        assert_true(good || errno == ENOMEM);
        while (good && http_reply(h) == NULL)
            good = http_wait(h, NULL, 0, -1);
        assert_true(good || errno == ENOMEM);
        reply = http_reply(h);
        assert_true(reply == NULL || reply->status == 0);
        assert_true(starve.fired || reply != NULL);
    }
    starve.nth = 0;
    http_close(h);
    credentials_close(&credentials);
}

static void a_request_without_memory_is_told(void **state)
{
    static const char *const users[] = {
        "tokenFile: token", "client-certificate: ca.crt, client-key: key"
    };
    static const char *const proxies[] = { "http", "socks5" };
    char server[300];

    (void)state;
    put("ca.crt", CERT, 0644);
    put("key", KEY, 0600);
    put("token", "hunter2\n", 0600);
    for (size_t i = 0; i < COUNT(users); i++) {
        snprintf(server, sizeof server,
                 "server: 'https://127.0.0.1:1', certificate-authority: "
                 "ca.crt, tls-server-name: host, proxy-url: "
                 "'%s://u:p@127.0.0.1:1'",
                 proxies[i]);
        put_config("config", server, users[i], "");
        take_config("config", &cluster);
        assert_true(starve_each(body_request) > (works ? 20 : -1));
        cluster_free(&cluster);
    }
}

/* --- plugins */

static void body_plugin(void)
{
    struct credentials credentials;
    struct instant now = { 0, 0 };
    bool opened = credentials_open(&credentials, &cluster);
    enum credentials_status status = CREDENTIALS_FAILED;

    if (opened)
        status = credentials_begin(&credentials, now);
    while (status == CREDENTIALS_WAITING) {
        struct pollfd ready = { .fd = credentials_fd(&credentials),
                                .events = POLLIN };

        (void)poll(&ready, 1, 10);
        status = credentials_poll(&credentials, now);
    }
    starve.nth = 0;
    if (status != CREDENTIALS_READY) {
        assert_true(starve.fired);
        if (opened && !cluster_may_pass(&credentials.why))
            fail_msg("%s", credentials.why.text);
    } else {
        assert_buf(&credentials.token, "hunter2");
    }
    credentials_close(&credentials);
}

static void a_plugin_without_memory_is_told(void **state)
{
    (void)state;
    take_plugin(&cluster, "echo '" REPLY_TOKEN "'", "a",
                "env: [{name: A, value: b}]");
    assert_true(starve_each(body_plugin) > (works ? 3 : -1));
    cluster_free(&cluster);
}

static struct buf packed_plugin = { .ceiling = 100000 };

static void body_packed(void)
{
    struct packed p = { packed_plugin.bytes, packed_plugin.len, false };
    struct cluster c;

    errno = 0;
    packed_cluster(&p, &c);
    starve.nth = 0;
    assert_int_equal(p.wrong, starve.fired);
    assert_true(p.wrong ? errno == ENOMEM : c.plugin != NULL);
    cluster_free(&c);
}

static void a_plugin_is_not_lost_for_want_of_memory(void **state)
{
    (void)state;
    take_plugin(&cluster, "", "a", "env: [{name: A, value: b}]");
    packed_put_cluster(&packed_plugin, &cluster);
    assert_true(starve_each(body_packed) > (works ? 0 : -1));
    cluster_free(&cluster);
    secret_free(&packed_plugin);
}

/* --- what is written */

static const char object[] =
    "{\"apiVersion\":\"cr.kanister.io/v1alpha1\",\"kind\":\"ActionSet\","
    "\"metadata\":{\"uid\":\"u\",\"annotations\":{}},\"status\":{\"state\":"
    "\"running\",\"progress\":{\"percentCompleted\":\"0\",\"runningPhase\":"
    "\"a\"},\"actions\":[{\"name\":\"x\",\"phases\":[{\"name\":\"a\","
    "\"state\":\"running\",\"progress\":{\"progressPercent\":\"0\"}}]}]}}";
static const char line[] =
    "{\"type\":\"status\",\"state\":\"running\",\"progress\":{"
    "\"percentCompleted\":\"50.00\",\"runningPhase\":\"a\"},\"actions\":[{"
    "\"name\":\"x\",\"phases\":[{\"name\":\"a\",\"state\":\"running\","
    "\"progress\":{\"progressPercent\":\"50.00\"}}]}]}";

static bool is_good(const char *text, size_t len)
{
    return len > 0 && text[0] == '{';
}

static void body_writer(void)
{
    static const struct writer_settings settings = {
        .parts = PATCH_TOP | PATCH_PHASES | PATCH_ANNOTATION,
        .interval = CLOCK_SECOND,
        .budget = 10 * CLOCK_SECOND
    };
    struct writer w;
    struct writer_step step = { .act = WRITER_WAIT };
    bool patched = false;

    if (writer_open(&w, &settings, is_good)) {
        int64_t now = 1000 * CLOCK_SECOND;

        writer_sample(&w, line, sizeof line - 1);
        writer_end(&w, now);
        for (int i = 0; i < 12 && step.act != WRITER_FINISHED; i++) {
            step = writer_next(&w, now);
            if (step.act == WRITER_DISCOVER)
                writer_discovered(&w, true, false);
            else if (step.act == WRITER_LOOK &&
                     !writer_looked(&w, object, sizeof object - 1, now))
                writer_failed(&w, true, now, CLOCK_SECOND);
            else if (step.act == WRITER_PATCH) {
                assert_true(step.body->len > 0 && !step.body->failed);
                writer_version(&w, "a version of more than sixty-four bytes, "
                                   "for which a server has no use at all");
                assert_true(w.object.version.len == 0 || !w.version.failed);
                writer_patched(&w, 0, now, 0);
                patched = true;
            }
            now += CLOCK_SECOND;
        }
        starve.nth = 0;
        if (!patched && !(starve.fired && writer_owes(&w)))
            fail_msg("state %d: %s", w.state, w.why);
    }
    starve.nth = 0;
    writer_close(&w);
}

static void what_was_not_written_is_owed(void **state)
{
    (void)state;
    assert_true(starve_each(body_writer) > (works ? 5 : -1));
}

static int open_all(void **state)
{
    (void)starve_open(state);
    cluster_init(&cluster);
    return scratch_open(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_kubeconfig_without_memory_is_no_wrong_one, scratch_before,
            scratch_after),
        cmocka_unit_test_setup_teardown(
            the_files_that_are_looked_for_need_memory_too, scratch_before,
            scratch_after),
        cmocka_unit_test_setup_teardown(a_pod_without_memory_is_a_pod,
                                        scratch_before, scratch_after),
        cmocka_unit_test_setup_teardown(a_request_without_memory_is_told,
                                        scratch_before, scratch_after),
        cmocka_unit_test_setup_teardown(a_plugin_without_memory_is_told,
                                        scratch_before, scratch_after),
        cmocka_unit_test_setup_teardown(a_plugin_is_not_lost_for_want_of_memory,
                                        scratch_before, scratch_after),
        cmocka_unit_test_setup_teardown(what_was_not_written_is_owed,
                                        scratch_before, scratch_after),
    };

    return cmocka_run_group_tests(tests, open_all, scratch_close);
}
