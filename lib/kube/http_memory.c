#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "kube/http_parts.h"

static void give_back(void *block)
{
    if (block != NULL)
        explicit_bzero(block, malloc_usable_size(block));
    free(block);
}

static void *take_again(void *block, size_t size)
{
    size_t had = block != NULL ? malloc_usable_size(block) : 0;
    void *other;

    if (had >= size)
        return block;
    other = malloc(size);
    if (other == NULL)
        return NULL;
    if (had > 0)
        memcpy(other, block, had);
    give_back(block);
    return other;
}

bool http_begin_libcurl(void)
{
    return curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, give_back,
                                take_again, strdup, calloc) == CURLE_OK;
}
