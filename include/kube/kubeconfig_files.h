/*
 * The files behind a kubeconfig, merged, and a typed look into their entries.
 */
#ifndef KUBE_KUBECONFIG_FILES_H
#define KUBE_KUBECONFIG_FILES_H

#include <jv.h>
#include <stdbool.h>

#include "kube/cluster.h"
#include "kube/kubeconfig.h"

/* Libyaml and libjq keep copies of what they read, secrets too, and give them
 * back without zeroing them: kube/apart.h.  All that is ours is zeroed. */
struct kubeconfig_files {
    jv clusters, users, contexts; /* by name: [entry, number of its file] */
    jv current;                   /* the current context; invalid: none */
    char *paths[KUBECONFIG_FILES_MAX]; /* of the files that were read */
    int count;
};

/* Reads PATH, or where that is NULL what the environment names.  False with WHY
 * set; kubeconfig_files_free() is due in any case. */
bool kubeconfig_files_read(struct kubeconfig_files *f, const char *path,
                           struct cluster_why *why);

void kubeconfig_files_free(struct kubeconfig_files *f);

/* The names of the files, for a sentence: the only one, or what names them. */
const char *kubeconfig_files_name(const struct kubeconfig_files *f);

/* One entry, or a mapping within. */
struct kubeconfig_entry {
    jv value;         /* an object; invalid: there is none */
    const char *kind; /* "cluster", "user", "context" */
    const char *name;
    const char *path;   /* of its file; borrowed from the files */
    const char *within; /* "exec.", or "" */
    struct cluster_why *why;
};

/* One that is not there, in which nothing is found. */
struct kubeconfig_entry kubeconfig_no_entry(struct cluster_why *why);

/* The entry NAME among ALL (of F); its value is invalid where it is not there.
 * NAME, F and WHY are borrowed; kubeconfig_entry_free() is due. */
struct kubeconfig_entry kubeconfig_entry_of(const struct kubeconfig_files *f,
                                            jv all, const char *kind,
                                            const char *name,
                                            struct cluster_why *why);

void kubeconfig_entry_free(struct kubeconfig_entry *e);

/* Begins a sentence about KEY: `"KEY" of KIND "NAME" in PATH`. */
void kubeconfig_what(const struct kubeconfig_entry *e, const char *key,
                     char text[static CLUSTER_WHY_MAX]);

/* Says of KEY that it WHAT ("is missing"); returns false. */
bool kubeconfig_wrong(const struct kubeconfig_entry *e, const char *key,
                      const char *what);

/* The string KEY of E, valid as long as E is; NULL where it is missing or
 * empty.  False with the entry's WHY set where it is no string, or has a NUL.
 */
bool kubeconfig_text(const struct kubeconfig_entry *e, const char *key,
                     const char **text);

/* The truth value KEY; false where it is missing. */
bool kubeconfig_flag(const struct kubeconfig_entry *e, const char *key,
                     bool *flag);

/* The member KEY where it is of KIND, for the caller to free; invalid where it
 * is missing or null.  False with the entry's WHY set where it is something
 * else. */
bool kubeconfig_member(const struct kubeconfig_entry *e, const char *key,
                       jv_kind kind, jv *value);

/* The same as a copy, for the caller to free. */
bool kubeconfig_copy(const struct kubeconfig_entry *e, const char *key,
                     char **text);

/* The file that KEY names: a relative path starts at the directory of E's file
 * (tools/clientcmd/loader.go@client-go v0.34.1).  *PATH is NULL where it is
 * missing, and else for the caller to free. */
bool kubeconfig_path(const struct kubeconfig_entry *e, const char *key,
                     char **path);

#endif
