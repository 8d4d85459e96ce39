/*
 * tls_request CA HEADER URL BODIES MS: the floor under status-patch.  Sends
 * each line of BODIES as a JSON Patch to URL, over one connection that libcurl
 * keeps, MS after the reply to the one before; HEADER is a file of one header.
 * It reads nothing, looks at no object, and of a reply at its status alone.
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/num.h"
#include "base/rec.h"

enum { MS = 1000000, HEADER_MAX = 16 * 1024 };

static size_t pass_over(char *bytes, size_t one, size_t count, void *arg)
{
    (void)bytes;
    (void)arg;
    return one * count;
}

static bool set_up(CURL *easy, char **argv, struct curl_slist *headers)
{
    return curl_easy_setopt(easy, CURLOPT_URL, argv[3]) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CAINFO, argv[1]) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                            CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PATCH") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, pass_over) == CURLE_OK;
}

static int send_all(CURL *easy, int fd, int64_t ms)
{
    struct record line;
    struct rec in;
    int status = 0;

    if (!rec_open(&in, fd, CUT_LF))
        return 111;
    while (status == 0 && rec_next(&in, &line, -1) == REC_OK) {
        if (curl_easy_setopt(easy, CURLOPT_POSTFIELDS, line.text) != CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)line.len) !=
                CURLE_OK ||
            curl_easy_perform(easy) != CURLE_OK)
            status = 111;
        nanosleep(&(struct timespec){ 0, ms * MS }, NULL);
    }
    rec_close(&in);
    return status;
}

int main(int argc, char **argv)
{
    static const char *const usual[] = {
        "Accept: application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;"
        "g=meta.k8s.io;v=v1,application/json",
        "Content-Type: application/json-patch+json", "User-Agent: bare"
    };
    int fd = argc == 6 ? open(argv[4], O_RDONLY | O_CLOEXEC) : -1, status = 100;
    struct buf header = BUF_INIT(HEADER_MAX);
    struct curl_slist *headers = NULL;
    CURL *easy = curl_easy_init();
    int64_t ms;

    if (fd < 0 || easy == NULL || !num_int(argv[5], strlen(argv[5]), &ms) ||
        ms > 999 || !file_read(argv[2], &header))
        return status;
    buf_char(&header, '\0');
    header.bytes[strcspn(header.bytes, "\n")] = '\0';
    headers = curl_slist_append(headers, header.bytes);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        headers = curl_slist_append(headers, usual[i]);
    if (set_up(easy, argv, headers))
        status = send_all(easy, fd, ms);
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
    buf_free(&header);
    return status;
}
