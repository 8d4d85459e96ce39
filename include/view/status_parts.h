/*
 * Between the files that read a status; for nobody else.
 */
#ifndef VIEW_STATUS_PARTS_H
#define VIEW_STATUS_PARTS_H

#include "view/status.h"

/* A progress of which nothing is known. */
extern const struct viewed_progress viewed_nothing;

/* A string member of OBJECT, which is borrowed; empty where there is none. */
struct viewed_text viewed_text(jv object, const char *key);

/* Whether TEXT is WORD. */
bool viewed_is(struct viewed_text text, const char *word);

/* How many elements ARRAY (borrowed) has; 0 where it is none. */
size_t viewed_count(jv array);

/* Kanister's mean: over all phases of all actions, but those that are deferred
 * (kanister pkg/progress/action.go@0.119.0); VIEWED_UNKNOWN where there are
 * none. */
int64_t viewed_mean(const struct viewed *v);

/* Sets what OBJECT, which is borrowed, says of a progress. */
void viewed_read_progress(struct viewed_progress *p, jv object);

/* Sets what DETAIL, which is borrowed, says: a status line's or an
 * annotation's. */
void viewed_read_detail(struct viewed *v, jv detail);

/* Sets `subject`, once the phases are known: the one that runs, and whose
 * numbers those of the detail are. */
void viewed_find_subject(struct viewed *v);

/* Reads STATUS, the subtree or the line, which is borrowed and outlives V, into
 * V, of which nothing was set.  False with errno set; V is then to be freed. */
bool viewed_read_tree(struct viewed *v, jv status);

/* Raises the phases that run, and the whole, to what the annotation of V says
 * of them, which was read before. */
void viewed_raise(struct viewed *v);

#endif
