#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/rx.h"

#include <pcre2.h>
#include <stdlib.h>

#include "base/memory.h"

/* Far above what any of our patterns needs on a record at its ceiling. */
enum { MATCH_LIMIT = 200000, DEPTH_LIMIT = 1000, HEAP_LIMIT_KIB = 1024 };

struct rx {
    pcre2_code *code;
    pcre2_match_context *limits;
    pcre2_match_data *match;
    /* pcre2_match(), or pcre2_jit_match(), which does not look at its
     * arguments a second time */
    int (*run)(const pcre2_code *, PCRE2_SPTR, PCRE2_SIZE, PCRE2_SIZE, uint32_t,
               pcre2_match_data *, pcre2_match_context *);
};

struct rx *rx_compile(const char *pattern, const char **why)
{
    static char reason[256];
    struct rx *rx = calloc(1, sizeof *rx);
    int error = PCRE2_ERROR_NOMEMORY;
    PCRE2_SIZE at = 0;
    size_t translated = 0;

    *why = reason;
    if (rx == NULL)
        goto fail;
    rx->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                             PCRE2_ANCHORED | PCRE2_NO_START_OPTIMIZE |
                                 PCRE2_DOLLAR_ENDONLY | PCRE2_DOTALL |
                                 PCRE2_NO_AUTO_CAPTURE,
                             &error, &at, NULL);
    if (rx->code == NULL)
        goto fail;
    error = PCRE2_ERROR_NOMEMORY;
    rx->limits = pcre2_match_context_create(NULL);
    rx->match = pcre2_match_data_create_from_pattern(rx->code, NULL);
    if (rx->limits == NULL || rx->match == NULL)
        goto fail;
    pcre2_set_match_limit(rx->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(rx->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(rx->limits, HEAP_LIMIT_KIB);
    /* without a JIT, or where the pattern begins with (*NO_JIT), the
     * interpreter does the same work, slower */
    (void)pcre2_jit_compile(rx->code, PCRE2_JIT_COMPLETE);
    (void)pcre2_pattern_info(rx->code, PCRE2_INFO_JITSIZE, &translated);
    rx->run = translated > 0 ? pcre2_jit_match : pcre2_match;
    return rx;
fail:
    if (error == PCRE2_ERROR_NOMEMORY || error == PCRE2_ERROR_HEAP_FAILED)
        memory_miss();
    pcre2_get_error_message(error, (PCRE2_UCHAR *)reason, sizeof reason);
    rx_free(rx);
    return NULL;
}

void rx_free(struct rx *rx)
{
    if (rx == NULL)
        return;
    pcre2_match_data_free(rx->match);
    pcre2_match_context_free(rx->limits);
    pcre2_code_free(rx->code);
    free(rx);
}

int rx_match(struct rx *rx, const char *text, size_t len, const size_t **ends)
{
    int n =
        rx->run(rx->code, (PCRE2_SPTR)text, len, 0, 0, rx->match, rx->limits);

    *ends = pcre2_get_ovector_pointer(rx->match);
    if (n > 0)
        return (int)pcre2_get_ovector_count(rx->match);
    if (n == PCRE2_ERROR_NOMATCH)
        return RX_NO_MATCH;
    if (n == PCRE2_ERROR_MATCHLIMIT || n == PCRE2_ERROR_DEPTHLIMIT ||
        n == PCRE2_ERROR_HEAPLIMIT || n == PCRE2_ERROR_JIT_STACKLIMIT)
        return RX_LIMIT;
    if (n == PCRE2_ERROR_NOMEMORY)
        memory_miss();
    return RX_ERROR;
}

void rx_each_group(const struct rx *rx,
                   void (*see)(void *arg, const char *name, int group),
                   void *arg)
{
    uint32_t count = 0, size = 0;
    PCRE2_SPTR entry = NULL;

    pcre2_pattern_info(rx->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(rx->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(rx->code, PCRE2_INFO_NAMETABLE, &entry);
    /* an entry: the group's number in two bytes, then its name */
    for (uint32_t i = 0; i < count; i++, entry += size)
        see(arg, (const char *)entry + 2, entry[0] << 8 | entry[1]);
}
