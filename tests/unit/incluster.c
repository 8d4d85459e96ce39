/*
 * incluster.h, and choose.h, which comes to it last.
 */
#include "kube/incluster.h"

#include "kube/choose.h"
#include "kubeconfigs.h"
#include "wiped.h"

/* A pod's own directory, as the kubelet makes it. */
static void put_account(void)
{
    assert_int_equal(mkdir("account", 0777), 0);
    put("account/token", "hunter2", 0600);
    put("account/ca.crt", CERT, 0644);
    put("account/namespace", "apps", 0644);
}

static void set_service(const char *host, const char *port)
{
    setenv("KUBERNETES_SERVICE_HOST", host, 1);
    setenv("KUBERNETES_SERVICE_PORT", port, 1);
}

static void a_pod_knows_its_cluster(void **state)
{
    struct cluster_why why;
    struct cluster c;

    (void)state;
    put_account();
    put("account/token", "hunter2\n", 0600);
    put("account/namespace", " apps\n", 0644);
    set_service("10.96.0.1", "443");
    assert_true(incluster_possible("account"));
    assert_int_equal(incluster_read("account", &c, &why), INCLUSTER_DONE);
    assert_string_equal(c.server, "https://10.96.0.1:443");
    assert_string_equal(c.token_file, "account/token");
    assert_buf(&c.token, "hunter2");
    assert_string_equal(c.ca_file, "account/ca.crt");
    assert_buf(&c.ca, CERT);
    assert_string_equal(c.namespace_, "apps");
    assert_string_equal(c.proxy, ""); /* none, whatever the environment says */
    assert_false(c.insecure);
    watch_wiped(0, c.token.bytes);
    cluster_free(&c);
    assert_true(wiped_seen[0]);
}

/* Nor are names cut at a NUL. */
static void a_namespace_that_is_none_is_left_out(void **state)
{
    static const char nul[] = "apps\0more";
    FILE *f;

    (void)state;
    put_account();
    put("account/namespace", "Apps/x", 0644);
    assert_null(incluster_namespace("account"));
    f = fopen("account/namespace", "w");
    assert_non_null(f);
    assert_int_equal(fwrite(nul, 1, sizeof nul - 1, f), sizeof nul - 1);
    assert_int_equal(fclose(f), 0);
    assert_null(incluster_namespace("account"));
}

static void an_ipv6_address_gets_its_brackets(void **state)
{
    struct cluster_why why;
    struct cluster c;

    (void)state;
    put_account();
    set_service("fd00:10:96::1", "443");
    assert_int_equal(incluster_read("account", &c, &why), INCLUSTER_DONE);
    assert_string_equal(c.server, "https://[fd00:10:96::1]:443");
    cluster_free(&c);
}

static void outside_of_a_cluster_there_is_none(void **state)
{
    static const char *const rows[][2] = {
        { NULL, NULL }, { "10.0.0.1", NULL }, { NULL, "443" },
        { "", "443" },  { "h", "" },
    };
    struct cluster_why why;
    struct cluster c;

    (void)state;
    put_account();
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsetenv("KUBERNETES_SERVICE_HOST");
        unsetenv("KUBERNETES_SERVICE_PORT");
        if (rows[i][0] != NULL)
            setenv("KUBERNETES_SERVICE_HOST", rows[i][0], 1);
        if (rows[i][1] != NULL)
            setenv("KUBERNETES_SERVICE_PORT", rows[i][1], 1);
        assert_int_equal(incluster_read("account", &c, &why),
                         INCLUSTER_OUTSIDE);
        assert_true(is_nothing(&c));
        assert_false(incluster_possible("account"));
    }
}

static void a_pod_without_a_token_is_not_wrong(void **state)
{
    struct cluster_why why;
    struct cluster c;

    (void)state;
    set_service("10.0.0.1", "443");
    assert_int_equal(incluster_read("account", &c, &why), INCLUSTER_NO_TOKEN);
    assert_string_equal(why.text,
                        "this pod has no token (account/token), as where "
                        "automountServiceAccountToken is false");
    assert_true(is_nothing(&c));
    assert_false(incluster_possible("account"));
    put("account", "no directory", 0644);
    assert_int_equal(incluster_read("account", &c, &why), INCLUSTER_NO_TOKEN);
    assert_int_equal(unlink("account"), 0);
    put_account(); /* a CA and a namespace alone change nothing */
    assert_int_equal(unlink("account/token"), 0);
    assert_int_equal(incluster_read("account", &c, &why), INCLUSTER_NO_TOKEN);
}

static void nothing_is_trusted_where_the_authorities_are_missing(void **state)
{
    struct cluster_why why;
    struct cluster c;

    (void)state;
    put_account();
    set_service("10.0.0.1", "443");
    assert_int_equal(unlink("account/ca.crt"), 0);
    assert_int_equal(incluster_read("account", &c, &why), INCLUSTER_WRONG);
    assert_string_equal(why.text, "the cluster's authorities: account/ca.crt: "
                                  "No such file or directory");
    assert_true(is_nothing(&c));
    put("account/ca.crt", "", 0644);
    assert_int_equal(incluster_read("account", &c, &why), INCLUSTER_WRONG);
    assert_string_equal(why.text, "account/ca.crt has no certificate in PEM");
}

static void a_token_that_is_none_is_wrong(void **state)
{
    static const struct {
        const char *token, *why;
    } rows[] = {
        { "", "the pod's token: account/token is empty" },
        { " \n", "the pod's token: account/token is empty" },
        { "hunter2\nX: y",
          "the pod's token: account/token has a control character in it" },
    };
    struct cluster_why why;
    struct cluster c;

    (void)state;
    put_account();
    set_service("10.0.0.1", "443");
    for (size_t i = 0; i < COUNT(rows); i++) {
        put("account/token", rows[i].token, 0600);
        assert_int_equal(incluster_read("account", &c, &why), INCLUSTER_WRONG);
        assert_string_equal(why.text, rows[i].why);
        assert_true(is_nothing(&c));
    }
    /* there is one, which nobody comes to */
    assert_int_equal(unlink("account/token"), 0);
    assert_int_equal(symlink("token", "account/token"), 0);
    assert_int_equal(incluster_read("account", &c, &why), INCLUSTER_WRONG);
    assert_int_equal(unlink("account/token"), 0);
    assert_int_equal(mkdir("account/token", 0777), 0);
    assert_int_equal(incluster_read("account", &c, &why), INCLUSTER_WRONG);
    assert_false(incluster_possible("account"));
}

static void an_address_that_is_none_is_wrong(void **state)
{
#define HOST "KUBERNETES_SERVICE_HOST is no address"
#define PORT "KUBERNETES_SERVICE_PORT is no port"
    static const char *const rows[][3] = {
        { "h h", "443", HOST },
        { "h/x", "443", HOST },
        { "u@h", "443", HOST },
        { "h\nx", "443", HOST },
        { "[::1]", "443", HOST },
        { "a:b", "443", HOST },
        { "h", "x", PORT },
        { "h", "443/x", PORT },
        { "h", "443\r\nX: y", PORT },
        { "h", "tcp://10.0.0.1:443", PORT },
        { "h", "70000", "the server of this pod has no valid host and port" },
    };
    struct cluster_why why;
    struct cluster c;

    (void)state;
    put_account();
    for (size_t i = 0; i < COUNT(rows); i++) {
        set_service(rows[i][0], rows[i][1]);
        assert_row(incluster_read("account", &c, &why) == INCLUSTER_WRONG,
                   rows[i][0]);
        assert_string_equal(why.text, rows[i][2]);
        assert_true(is_nothing(&c));
    }
}

static void assert_namespace(const char *wanted)
{
    char *found = incluster_namespace("account");

    if (wanted != NULL)
        assert_string_equal(found, wanted);
    else
        assert_null(found);
    free(found);
}

static void the_environment_names_the_namespace_first(void **state)
{
    (void)state;
    assert_namespace(NULL);
    put_account();
    assert_namespace("apps");
    setenv("POD_NAMESPACE", " other\n", 1);
    assert_namespace("other");
    setenv("POD_NAMESPACE", "", 1);
    assert_namespace("apps");
    setenv("POD_NAMESPACE", "../x", 1);
    assert_namespace(NULL);
    unsetenv("POD_NAMESPACE");
    put("account/namespace", " \n", 0644);
    assert_namespace(NULL);
    put("account/namespace", "", 0644);
    assert_namespace(NULL);
    put("account/namespace", "a/b", 0644);
    assert_namespace(NULL);
}

/* --- the choice */

static enum choose_result choose(struct kubeconfig_options options,
                                 struct cluster *c, struct cluster_why *why)
{
    return choose_cluster(&options, "account", c, why);
}

#define OPTIONS(...) ((struct kubeconfig_options){ __VA_ARGS__ })

static void a_kubeconfig_goes_before_the_pod(void **state)
{
    struct cluster_why why;
    struct cluster c;

    (void)state;
    put_account();
    set_service("10.0.0.1", "443");
    put_config("config", "server: \"https://h\"", "token: t", "");
    setenv("KUBECONFIG", "config", 1);
    assert_int_equal(choose(OPTIONS(.path = NULL), &c, &why), CHOOSE_DONE);
    assert_string_equal(c.server, "https://h");
    assert_string_equal(c.namespace_, "apps"); /* nobody else says one */
    cluster_free(&c);
    put_config("config", "server: \"https://h\"", "token: t",
               "namespace: mine");
    assert_int_equal(choose(OPTIONS(.path = NULL), &c, &why), CHOOSE_DONE);
    assert_string_equal(c.namespace_, "mine");
    cluster_free(&c);
    /* one that is wrong is no reason to be somebody else */
    assert_int_equal(choose(OPTIONS(.context = "z"), &c, &why), CHOOSE_WRONG);
    assert_string_equal(why.text, "context \"z\" is not in config");
    assert_true(is_nothing(&c));
    put("config", "a: b: c", 0644);
    assert_int_equal(choose(OPTIONS(.path = NULL), &c, &why), CHOOSE_WRONG);
    assert_int_equal(choose(OPTIONS(.path = "none"), &c, &why), CHOOSE_WRONG);
}

static void the_pod_is_next(void **state)
{
    struct cluster_why why;
    struct cluster c;

    (void)state;
    put_account();
    set_service("10.0.0.1", "443");
    put("config", "kind: Config\n", 0644);
    setenv("KUBECONFIG", "config:nothing", 1);
    assert_int_equal(choose(OPTIONS(.path = NULL), &c, &why), CHOOSE_DONE);
    assert_string_equal(c.server, "https://10.0.0.1:443");
    assert_buf(&c.token, "hunter2");
    assert_string_equal(c.namespace_, "apps");
    cluster_free(&c);
    assert_int_equal(unlink("account/ca.crt"), 0);
    assert_int_equal(choose(OPTIONS(.path = NULL), &c, &why), CHOOSE_WRONG);
    assert_int_equal(unlink("account/token"), 0);
    assert_int_equal(choose(OPTIONS(.path = NULL), &c, &why), CHOOSE_NO_TOKEN);
    assert_true(is_nothing(&c));
}

static void a_server_alone_is_reached_as_nobody(void **state)
{
    struct cluster_why why;
    struct cluster c;

    (void)state;
    assert_int_equal(choose(OPTIONS(.server = "https://h"), &c, &why),
                     CHOOSE_DONE);
    assert_null(c.namespace_); /* this is no pod */
    cluster_free(&c);
    put_account();
    set_service("10.0.0.1", "443");
    assert_int_equal(choose(OPTIONS(.server = "https://h"), &c, &why),
                     CHOOSE_DONE);
    assert_string_equal(c.server, "https://h");
    assert_int_equal(c.token.len, 0);
    assert_null(c.token_file);
    cluster_free(&c);
}

/* What is asked for as "" is not asked for. */
static void an_empty_word_asks_for_nothing(void **state)
{
    struct cluster_why why;
    struct cluster c;

    (void)state;
    put_config("config", "server: \"https://h\"", "token: t", "");
    setenv("KUBECONFIG", "config", 1);
    assert_int_equal(
        choose(OPTIONS(.path = "", .context = "", .server = ""), &c, &why),
        CHOOSE_DONE);
    assert_string_equal(c.server, "https://h");
    cluster_free(&c);
    setenv("KUBECONFIG", "", 1);
    setenv("HOME", "", 1);
    assert_int_equal(
        choose(OPTIONS(.path = "", .context = "", .server = ""), &c, &why),
        CHOOSE_NOTHING);
    put("config", "kind: Config\ncurrent-context: ''\n", 0644);
    assert_int_equal(choose(OPTIONS(.path = "config"), &c, &why), CHOOSE_WRONG);
    assert_string_equal(
        why.text,
        "config has no current-context, and no context was asked for");
}

static void where_there_is_nothing_it_is_said(void **state)
{
    struct cluster_why why;
    struct cluster c;

    (void)state;
    assert_int_equal(choose(OPTIONS(.path = NULL), &c, &why), CHOOSE_NOTHING);
    assert_string_equal(why.text,
                        "there is no kubeconfig that names a context, and this "
                        "is not in a cluster");
    assert_true(is_nothing(&c));
}

static int before(void **state)
{
    unsetenv("KUBERNETES_SERVICE_HOST");
    unsetenv("KUBERNETES_SERVICE_PORT");
    unsetenv("POD_NAMESPACE");
    unsetenv("KUBECONFIG");
    unsetenv("HOME");
    return scratch_before(state);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, before, scratch_after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pod_knows_its_cluster),
        TEST(a_namespace_that_is_none_is_left_out),
        TEST(an_ipv6_address_gets_its_brackets),
        TEST(outside_of_a_cluster_there_is_none),
        TEST(a_pod_without_a_token_is_not_wrong),
        TEST(nothing_is_trusted_where_the_authorities_are_missing),
        TEST(a_token_that_is_none_is_wrong),
        TEST(an_address_that_is_none_is_wrong),
        TEST(the_environment_names_the_namespace_first),
        TEST(a_kubeconfig_goes_before_the_pod),
        TEST(the_pod_is_next),
        TEST(a_server_alone_is_reached_as_nobody),
        TEST(an_empty_word_asks_for_nothing),
        TEST(where_there_is_nothing_it_is_said),
    };

    return cmocka_run_group_tests_name("incluster", tests, scratch_open,
                                       scratch_close);
}
