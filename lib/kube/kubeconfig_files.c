#include "kube/kubeconfig_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "base/yaml.h"

void kubeconfig_files_free(struct kubeconfig_files *f)
{
    jv_free(f->clusters);
    jv_free(f->users);
    jv_free(f->contexts);
    jv_free(f->current);
    for (int i = 0; i < f->count; i++)
        free(f->paths[i]);
}

const char *kubeconfig_files_name(const struct kubeconfig_files *f)
{
    return f->count == 0   ? "any kubeconfig (there is none)"
           : f->count == 1 ? f->paths[0]
                           : "any of the files of KUBECONFIG";
}

/* What yaml.h says, without the words of the file that it repeats: somebody may
 * have put a secret where a name is expected. */
static bool say_yaml(struct cluster_why *why, const char *path,
                     const struct yaml *y)
{
    const char *at = strstr(y->why, ": "), *quote = strchr(y->why, '"');
    int place = at != NULL ? (int)(at - y->why) : 0;

    if (y->why[0] == '\0')
        return cluster_no_memory(why);
    if (quote == NULL || at == NULL)
        return cluster_wrong(why, "%s: %s", path, y->why);
    return cluster_wrong(why, "%s: %.*s: %s", path, place, y->why,
                         strstr(y->why, "twice") != NULL
                             ? "a key is there twice"
                             : "an alias has no anchor before it");
}

/* The first document of PATH, as kubectl takes it; null where there is none.
 * Invalid with WHY set, or without where MISSING says that there is no file. */
static jv read_document(const char *path, bool *missing,
                        struct cluster_why *why)
{
    struct buf text = BUF_INIT(KUBECONFIG_MAX);
    jv document = jv_invalid();
    struct yaml y;

    *missing = false;
    if (!secret_read(path, &text)) {
        *missing = errno == ENOENT;
        cluster_wrong_sys(why, "%s: %s", path, strerror(errno));
        secret_free(&text);
        return document;
    }
    yaml_begin(&y, text.bytes, text.len);
    if (!yaml_next(&y, &document)) {
        say_yaml(why, path, &y);
    } else if (!jv_is_valid(document)) {
        document = jv_null();
    }
    yaml_end(&y);
    secret_free(&text);
    return document;
}

/* Whether the member KEY of DOCUMENT is WANTED, or not there. */
static bool says(jv document, const char *key, const char *wanted)
{
    jv value = json_get(document, key);
    jv_kind kind = jv_get_kind(value);
    bool good = kind == JV_KIND_INVALID || kind == JV_KIND_NULL;

    if (kind == JV_KIND_STRING)
        good = *jv_string_value(value) == '\0' ||
               strcmp(jv_string_value(value), wanted) == 0;
    jv_free(value);
    return good;
}

/* Adds one ITEM of the list KEY, which is borrowed, to ALL, where no earlier
 * file has its name. */
static bool add_item(jv *all, jv item, const char *key, const char *kind,
                     const char *path, int number, struct cluster_why *why)
{
    jv value = json_get(item, kind), name, known;
    int before = -1;

    if (!json_get_string(item, "name", &name)) {
        jv_free(value);
        return cluster_wrong(why, "%s: an entry of %s has no name", path, key);
    }
    known = jv_object_get(jv_copy(*all), jv_copy(name));
    if (jv_is_valid(known)) {
        jv other = jv_array_get(jv_copy(known), 1);

        before = (int)jv_number_value(other);
        jv_free(other);
    }
    jv_free(known);
    if (before == number) {
        cluster_wrong(why, "%s: %s \"%s\" is there twice", path, kind,
                      jv_string_value(name));
        jv_free(name);
        jv_free(value);
        return false;
    }
    if (before < 0)
        *all = jv_object_set(*all, name,
                             JV_ARRAY(jv_is_valid(value) ? value : jv_null(),
                                      jv_number(number)));
    else {
        jv_free(name);
        jv_free(value);
    }
    return true;
}

/* Adds the entries of the list KEY of DOCUMENT to ALL. */
static bool add_list(jv *all, jv document, const char *key, const char *kind,
                     const char *path, int number, struct cluster_why *why)
{
    jv list = json_get(document, key);
    jv_kind found = jv_get_kind(list);
    bool good = true;

    if (found == JV_KIND_ARRAY) {
        int count = jv_array_length(jv_copy(list));

        for (int i = 0; good && i < count; i++) {
            jv item = jv_array_get(jv_copy(list), i);

            good = add_item(all, item, key, kind, path, number, why);
            jv_free(item);
        }
    } else if (found != JV_KIND_NULL && found != JV_KIND_INVALID) {
        good = cluster_wrong(why, "%s: %s is not a list", path, key);
    }
    jv_free(list);
    return good;
}

static bool add_current(struct kubeconfig_files *f, jv document,
                        const char *path, struct cluster_why *why)
{
    jv current = json_get(document, "current-context");
    jv_kind kind = jv_get_kind(current);

    if (kind == JV_KIND_STRING && *jv_string_value(current) != '\0' &&
        !jv_is_valid(f->current)) {
        f->current = current;
        return true;
    }
    jv_free(current);
    return kind == JV_KIND_STRING || kind == JV_KIND_NULL ||
           kind == JV_KIND_INVALID ||
           cluster_wrong(why, "%s: current-context is not a string", path);
}

/* Adds what DOCUMENT, of the file PATH, says. */
static bool add_document(struct kubeconfig_files *f, jv document,
                         const char *path, struct cluster_why *why)
{
    int number = f->count;

    f->paths[number] = strdup(path);
    if (f->paths[number] == NULL)
        return cluster_no_memory(why);
    f->count++;
    if (jv_get_kind(document) == JV_KIND_NULL)
        return true;
    if (jv_get_kind(document) != JV_KIND_OBJECT ||
        !says(document, "apiVersion", "v1") ||
        !says(document, "kind", "Config"))
        return cluster_wrong(why, "%s is no kubeconfig", path);
    return add_list(&f->clusters, document, "clusters", "cluster", path, number,
                    why) &&
           add_list(&f->users, document, "users", "user", path, number, why) &&
           add_list(&f->contexts, document, "contexts", "context", path, number,
                    why) &&
           add_current(f, document, path, why);
}

static bool add_file(struct kubeconfig_files *f, const char *path, bool needed,
                     struct cluster_why *why)
{
    bool missing, good;
    jv document = read_document(path, &missing, why);

    if (!jv_is_valid(document)) {
        jv_free(document);
        return missing && !needed;
    }
    good = add_document(f, document, path, why);
    jv_free(document);
    return good;
}

static bool is_read(const struct kubeconfig_files *f, const char *path)
{
    for (int i = 0; i < f->count; i++)
        if (strcmp(f->paths[i], path) == 0)
            return true;
    return false;
}

/* The files of LIST, names between colons, each once. */
static bool add_names(struct kubeconfig_files *f, const char *list,
                      struct cluster_why *why)
{
    char *names = strdup(list), *rest = names, *name;
    bool good = names != NULL || cluster_no_memory(why);

    while (good && (name = strsep(&rest, ":")) != NULL) {
        if (*name == '\0' || is_read(f, name))
            continue;
        if (f->count == KUBECONFIG_FILES_MAX)
            good = cluster_wrong(why, "KUBECONFIG names more than %d files",
                                 KUBECONFIG_FILES_MAX);
        else
            good = add_file(f, name, false, why);
    }
    free(names);
    return good;
}

static bool add_home(struct kubeconfig_files *f, struct cluster_why *why)
{
    const char *home = getenv("HOME");
    char *path;
    bool good;

    if (home == NULL || *home == '\0')
        return true;
    if (asprintf(&path, "%s/.kube/config", home) < 0)
        return cluster_no_memory(why);
    good = add_file(f, path, false, why);
    free(path);
    return good;
}

bool kubeconfig_files_read(struct kubeconfig_files *f, const char *path,
                           struct cluster_why *why)
{
    const char *list = getenv("KUBECONFIG");

    *f = (struct kubeconfig_files){ .clusters = jv_object(),
                                    .users = jv_object(),
                                    .contexts = jv_object(),
                                    .current = jv_invalid() };
    if (path != NULL && *path != '\0')
        return add_file(f, path, true, why);
    if (list != NULL && *list != '\0')
        return add_names(f, list, why);
    return add_home(f, why);
}
