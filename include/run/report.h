/*
 * What a program writes into its progress file: in its last line a percentage
 * ("42", "42.5%"), a count ("3/7"), or a progress record.
 */
#ifndef RUN_REPORT_H
#define RUN_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The last line that is not blank, of LEN bytes at TEXT, without the space
 * around it: *LINE within TEXT, and its length.  0 where there is none.  A last
 * line without a '\n' counts only where the file is ENDED: its writer may be
 * in the middle of it. */
size_t report_last(const char *text, size_t len, bool ended, const char **line);

/* Appends what LINE says to RECORD, as a progress record without a newline;
 * false, and nothing, where it is no such line or there is no memory. */
bool report_record(const char *line, size_t len, struct buf *record);

#endif
