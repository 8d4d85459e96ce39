/*
 * Work in a process of its own, for the sake of what it leaves in memory.
 *
 * Libraries that read text keep copies of it, and give them back without
 * zeroing them.  What a child has read is gone with the child: the kernel
 * hands out no page that it has not zeroed.
 */
#ifndef BASE_APART_H
#define BASE_APART_H

#include <stdbool.h>

#include "base/buf.h"

/* What is to be done: appends to RESULT.  False with errno set. */
typedef bool apart_work(void *arg, struct buf *result);

/* Has a child of this process do WORK, waits for it, and puts its result in the
 * place of what RESULT holds, which is a secret one (secret.h).  False with
 * errno set where the work failed, found no memory (also within libjq), or
 * ended in another way (EIO); RESULT is then empty.
 *
 * The child ends where its parent does.  It must not write to what both have
 * open; nothing that it changes is seen here. */
bool apart(apart_work *work, void *arg, struct buf *result);

#endif
