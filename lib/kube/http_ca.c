#include "base/file.h"
#include "kube/http_parts.h"

/* A directory in which there can be no certificate, since there can be no such
 * directory. */
static const char nowhere[] = "/dev/null/none";

static bool has_certificate(const struct buf *b)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    static const char end[] = "-----END CERTIFICATE-----";

    return b->len > 0 &&
           memmem(b->bytes, b->len, begin, sizeof begin - 1) != NULL &&
           memmem(b->bytes, b->len, end, sizeof end - 1) != NULL;
}

bool http_ca_changed(struct http *h)
{
    struct buf now = BUF_INIT(CLUSTER_PEM_MAX);
    const char *path = h->cluster->ca_file;

    if (path == NULL || !watch_changed(&h->ca_watch, path))
        return false;
    if (!file_read(path, &now) || !has_certificate(&now) ||
        (now.len == h->ca.len &&
         memcmp(now.bytes, h->ca.bytes, now.len) == 0)) {
        buf_free(&now);
        return false;
    }
    buf_free(&h->ca);
    h->ca = now;
    return true;
}

/* libcurl adds the directory that it was built with (CURLOPT_CAPATH) to any
 * authorities that it is given, and since 8.21 NULL does not take it away
 * (lib/setopt.c); a directory that cannot be does, in every version. */
bool http_ca_set(struct http *h)
{
    struct curl_blob ca = { h->ca.bytes, h->ca.len, CURL_BLOB_NOCOPY };

    if (h->ca.len == 0)
        return true;
    return http_took(curl_easy_setopt(h->easy, CURLOPT_CAINFO_BLOB, &ca)) &&
           http_took(curl_easy_setopt(h->easy, CURLOPT_CAPATH, nowhere));
}
