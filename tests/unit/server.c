#include "kube/server.h"

#include "unit.h"

#define BAD_HOST "has no valid host and port"

static void a_server_becomes_a_url(void **state)
{
    static const struct {
        const char *text;
        bool secure;
        const char *url; /* NULL: refused, with WRONG */
        const char *wrong;
    } rows[] = {
        { "https://h", false, "https://h", NULL },
        { "https://h/", false, "https://h", NULL },
        { "https://h///", false, "https://h", NULL },
        { "HTTPS://Host.Example:443", false, "https://Host.Example:443", NULL },
        { "http://h:80", true, "http://h:80", NULL },
        { "https://h/a/b/", false, "https://h/a/b", NULL },
        { "https://h/a?b#c", false, "https://h/a", NULL },
        { "https://h?b/", false, "https://h", NULL },
        { "https://h#b", false, "https://h", NULL },
        { "https://h/k8s/clusters/c-m-1%20", false,
          "https://h/k8s/clusters/c-m-1%20", NULL },
        { "https://[fd00::1]:443/p", false, "https://[fd00::1]:443/p", NULL },
        { "https://[::ffff:10.0.0.1]", false, "https://[::ffff:10.0.0.1]",
          NULL },
        { "https://[fe80::1%25eth0]:1", false, "https://[fe80::1%25eth0]:1",
          NULL },
        { "10.0.0.1:6443", true, "https://10.0.0.1:6443", NULL },
        { "10.0.0.1:6443", false, "http://10.0.0.1:6443", NULL },
        { "localhost:8080", false, "http://localhost:8080", NULL },
        { "host", true, "https://host", NULL },
        { "host/", true, "https://host", NULL },
        { "[::1]:6443", true, "https://[::1]:6443", NULL },
        { "host/path", true, NULL, "is neither a URL nor a host and port" },
        { "", true, NULL, BAD_HOST },
        { "https://", false, NULL, BAD_HOST },
        { "https:///path", false, NULL, BAD_HOST },
        { "https://h:", false, NULL, BAD_HOST },
        { "https://h:0", false, NULL, BAD_HOST },
        { "https://h:65536", false, NULL, BAD_HOST },
        { "https://h:4a", false, NULL, BAD_HOST },
        { "https://h:-1", false, NULL, BAD_HOST },
        { "https://:443", false, NULL, BAD_HOST },
        { "https://fd00::1", false, NULL, BAD_HOST },
        { "https://[fd00::1", false, NULL, BAD_HOST },
        { "https://[fd00::1]x", false, NULL, BAD_HOST },
        { "https://[h]", false, NULL, BAD_HOST },
        { "https://[]", false, NULL, BAD_HOST },
        { "https://[fe80::1%]", false, NULL, BAD_HOST },
        { "https://[fe80::1%25]", false, NULL, BAD_HOST },
        { "https://[fe80::1%eth0]", false, NULL, BAD_HOST },
        { "https://h h", false, NULL, BAD_HOST },
        { "https://h\r\nX: y", false, NULL, BAD_HOST },
        { " https://h", false, NULL, "is neither an https nor an http URL" },
        { "https://h\xC3\xA9", false, NULL, BAD_HOST },
        { "https://h/a b", false, NULL, "has a path that no URL can have" },
        { "https://h/\n", false, NULL, "has a path that no URL can have" },
        { "https://h/\xC3\xA9", false, NULL,
          "has a path that no URL can have" },
        { "https://u:p@h", false, NULL, "has a user in its URL" },
        { "https://u@h", false, NULL, "has a user in its URL" },
        { "ftp://h", true, NULL, "is neither an https nor an http URL" },
        { "httpss://h", true, NULL, "is neither an https nor an http URL" },
        { "https:x://h", true, NULL, "is neither an https nor an http URL" },
        { "unix:///run/x", true, NULL, "is neither an https nor an http URL" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *url = NULL;
        const char *wrong = server_url(rows[i].text, rows[i].secure, &url);

        assert_row((wrong == NULL) == (rows[i].url != NULL), rows[i].text);
        if (wrong != NULL)
            assert_string_equal(wrong, rows[i].wrong);
        else
            assert_string_equal(url, rows[i].url);
        free(url);
    }
}

static void a_proxy_is_one_that_is_known(void **state)
{
    static const char *const good[] = {
        "http://p",           "https://p:3128/",
        "SOCKS5://p:1080",    "http://u:p%40ss@p:1",
        "http://[::1]:3128",  "http://u@p",
        "http://a@b:c@p:1/x",
    };
    static const char *const bad[] = {
        "",           "p",          "p:3128",           "10.0.0.1:3128",
        "ftp://p",    "socks4://p", "socks5h://p",      "http://",
        "http://:1",  "http:p",     "http://u:p w@p",   "http://p:x",
        "http://p\n", " http://p",  "http://u:p\x01@p",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_row(server_proxy_wrong(good[i]) == NULL, good[i]);
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_row(server_proxy_wrong(bad[i]) != NULL, bad[i]);
}

static void names_are_names(void **state)
{
    static char longest[65] = { 0 }, long_host[255] = { 0 };

    (void)state;
    assert_true(server_is_host("a.b-c.example"));
    assert_true(server_is_host("10.0.0.1"));
    assert_true(server_is_host("fd00::1"));
    memset(long_host, 'a', 253);
    assert_true(server_is_host(long_host));
    long_host[253] = 'a';
    assert_false(server_is_host(long_host));
    assert_false(server_is_host(""));
    assert_true(server_is_host("fe80::1%25eth0"));
    assert_false(server_is_host("fe80::1%25e+h"));
    assert_false(server_is_host("a b"));
    assert_false(server_is_host("a:443"));
    assert_false(server_is_host("[fd00::1]"));
    assert_false(server_is_host("a/b"));
    assert_true(server_is_namespace("kube-system"));
    assert_true(server_is_namespace("0"));
    memset(longest, 'a', 63);
    assert_true(server_is_namespace(longest));
    longest[63] = 'a';
    assert_false(server_is_namespace(longest));
    assert_false(server_is_namespace(""));
    assert_false(server_is_namespace("-a"));
    assert_false(server_is_namespace("a-"));
    assert_false(server_is_namespace("A"));
    assert_false(server_is_namespace(".."));
    assert_false(server_is_namespace("a/b"));
    assert_false(server_is_namespace("a%2Fb"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_becomes_a_url),
        cmocka_unit_test(a_proxy_is_one_that_is_known),
        cmocka_unit_test(names_are_names),
    };

    return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
