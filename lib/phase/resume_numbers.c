#include "phase/resume_numbers.h"

#include <string.h>

#include "phase/plan.h"

#define NUMBER(type, name, member, absent, least, most)                        \
    {                                                                          \
        name, offsetof(type, member), sizeof(((type *)0)->member), absent,     \
            least, most                                                        \
    }
#define PROGRESS(type)                                                         \
    NUMBER(type, "percent", progress.percent, PERCENT_UNKNOWN, 0,              \
           PERCENT_WHOLE),                                                     \
        NUMBER(type, "uploaded", progress.sizes[SIZE_UPLOADED], COUNT_UNKNOWN, \
               0, COUNT_LARGEST),                                              \
        NUMBER(type, "toUpload", progress.sizes[SIZE_UPLOAD_ESTIMATE],         \
               COUNT_UNKNOWN, 0, COUNT_LARGEST),                               \
        NUMBER(type, "downloaded", progress.sizes[SIZE_DOWNLOADED],            \
               COUNT_UNKNOWN, 0, COUNT_LARGEST),                               \
        NUMBER(type, "toDownload", progress.sizes[SIZE_DOWNLOAD_ESTIMATE],     \
               COUNT_UNKNOWN, 0, COUNT_LARGEST),                               \
        NUMBER(type, "seconds", progress.seconds, COUNT_UNKNOWN, 0,            \
               COUNT_LARGEST)

const struct number resume_phase_numbers[] = {
    NUMBER(struct phase, "state", state, PHASE_PENDING, PHASE_PENDING,
           PHASE_COMPLETE),
    PROGRESS(struct phase),
    NUMBER(struct phase, "raw", raw, PERCENT_UNKNOWN, 0, PERCENT_LARGEST),
    NUMBER(struct phase, "basis", basis, BASIS_NONE, BASIS_NONE, BASIS_STEP),
    NUMBER(struct phase, "ended", ended, STEP_PREREQUISITES, STEP_PREREQUISITES,
           STEP_CLEANUP),
    NUMBER(struct phase, "hasMover", has_mover, 0, 0, 1),
    { .name = NULL },
};

const struct number resume_plan_numbers[] = {
    NUMBER(struct plan, "percent", reached, 0, 0, PERCENT_WHOLE),
    { .name = NULL },
};

const struct number resume_item_numbers[] = {
    NUMBER(struct item, "state", state, ITEM_WAITING, ITEM_WAITING, ITEM_DONE),
    PROGRESS(struct item),
    NUMBER(struct item, "moved", moved, 0, 0, COUNT_LARGEST),
    NUMBER(struct item, "passed", passed, 0, 0, COUNT_LARGEST),
    NUMBER(struct item, "signs", signs, 0, 0, COUNT_LARGEST),
    NUMBER(struct item, "over", over, 0, 0, 1),
    { .name = NULL },
};

int64_t number_get(const struct number *n, const void *object)
{
    const char *at = (const char *)object + n->offset;
    int64_t wide;
    int narrow;

    if (n->width == sizeof narrow) {
        memcpy(&narrow, at, sizeof narrow);
        return narrow;
    }
    memcpy(&wide, at, sizeof wide);
    return wide;
}

void number_set(const struct number *n, void *object, int64_t value)
{
    char *at = (char *)object + n->offset;
    int narrow = (int)value;

    if (n->width == sizeof narrow)
        memcpy(at, &narrow, sizeof narrow);
    else
        memcpy(at, &value, sizeof value);
}
