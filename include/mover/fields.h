/*
 * What a console line can tell: the fields, their units, and the values that
 * one line gave.  A field's name is the member of the record it becomes and
 * the name of the group that captures it in a pattern.
 */
#ifndef MOVER_FIELDS_H
#define MOVER_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unit {
    UNIT_COUNT,   /* a whole number */
    UNIT_SIZE,    /* bytes */
    UNIT_SPEED,   /* bytes a second */
    UNIT_PERCENT, /* hundredths of a percent */
    UNIT_SECONDS,
    UNIT_TEXT,
};

#define FIELDS(X)                                                              \
    X(progressPercent, PERCENT)                                                \
    X(estimatedTimeSeconds, SECONDS)                                           \
    X(sizeUploadedB, SIZE)                                                     \
    X(estimatedUploadSizeB, SIZE)                                              \
    X(sizeDownloadedB, SIZE)                                                   \
    X(estimatedDownloadSizeB, SIZE)                                            \
    X(speedBps, SPEED)                                                         \
    X(hashingFiles, COUNT)                                                     \
    X(hashedFiles, COUNT)                                                      \
    X(hashedB, SIZE)                                                           \
    X(cachedFiles, COUNT)                                                      \
    X(cachedB, SIZE)                                                           \
    X(uploadedBlobs, COUNT)                                                    \
    X(fatalErrors, COUNT)                                                      \
    X(ignoredErrors, COUNT)                                                    \
    X(errors, COUNT)                                                           \
    X(processedItems, COUNT)                                                   \
    X(totalItems, COUNT)                                                       \
    X(skippedItems, COUNT)                                                     \
    X(skippedB, SIZE)                                                          \
    X(processedObjects, COUNT)                                                 \
    X(totalObjects, COUNT)                                                     \
    X(processedB, SIZE)                                                        \
    X(totalB, SIZE)                                                            \
    X(readFiles, COUNT)                                                        \
    X(readB, SIZE)                                                             \
    X(processedBlobs, COUNT)                                                   \
    X(totalBlobs, COUNT)                                                       \
    X(files, COUNT)                                                            \
    X(directories, COUNT)                                                      \
    X(symlinks, COUNT)                                                         \
    X(bytes, SIZE)                                                             \
    X(elapsedSeconds, SECONDS)                                                 \
    X(nth, COUNT)                                                              \
    X(left, COUNT)                                                             \
    X(items, COUNT)                                                            \
    X(spinner, TEXT)                                                           \
    X(level, TEXT)                                                             \
    X(source, TEXT)                                                            \
    X(path, TEXT)                                                              \
    X(text, TEXT)                                                              \
    X(rootID, TEXT)                                                            \
    X(snapshotID, TEXT)                                                        \
    X(partial, TEXT)

#define FIELD_ENUM(name, unit) F_##name,
enum field { FIELDS(FIELD_ENUM) FIELD_COUNT };

/* Name and unit of each field, by its number. */
struct field_type {
    const char *name;
    enum unit unit;
};
extern const struct field_type field_types[FIELD_COUNT];

struct text {
    const char *at; /* not NUL-terminated; somebody else's */
    size_t len;
};

/* Whether C is a space or a tab. */
static inline bool text_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* T without the blanks around it. */
static inline struct text text_trim(struct text t)
{
    while (t.len > 0 && text_is_blank(t.at[0])) {
        t.at++;
        t.len--;
    }
    while (t.len > 0 && text_is_blank(t.at[t.len - 1]))
        t.len--;
    return t;
}

/* The values of one line.  Only those whose bit is set in `known` mean
 * anything.  Most numbers are only passed on to a record: one whose bit is set
 * in `printed` is still the text that kopia printed, and is read when somebody
 * asks for it. */
struct values {
    uint64_t known, printed;
    bool binary; /* sizes were printed in base 2 */
    bool tera;   /* one of them in TB or TiB */
    union {
        int64_t number;   /* 0 or more, in the field's unit */
        struct text text; /* of UNIT_TEXT, or as printed */
    } of[FIELD_COUNT];
};

#define FIELD_BIT(field) (UINT64_C(1) << (field))

/* Whether F is known. */
static inline bool values_has(const struct values *v, enum field f)
{
    return (v->known & FIELD_BIT(f)) != 0;
}

/* Reads the number of F, a count or a size, from its printed text. */
int64_t values_read_printed(const struct values *v, enum field f);

/* The number of F, or -1 where it is unknown. */
static inline int64_t values_number(const struct values *v, enum field f)
{
    if (!values_has(v, f))
        return -1;
    if ((v->printed & FIELD_BIT(f)) != 0)
        return values_read_printed(v, f);
    return v->of[f].number;
}

/* Makes NUMBER, 0 or more, the value of F. */
static inline void values_set(struct values *v, enum field f, int64_t number)
{
    v->known |= FIELD_BIT(f);
    v->printed &= ~FIELD_BIT(f);
    v->of[f].number = number;
}

/* The text of F, empty where it is unknown. */
static inline struct text values_text(const struct values *v, enum field f)
{
    return values_has(v, f) ? v->of[f].text : (struct text){ "", 0 };
}

/* The field called NAME, or FIELD_COUNT. */
enum field field_find(const char *name);

#endif
