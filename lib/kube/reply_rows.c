#include "kube/reply_rows.h"

#include <string.h>

#define ELSEWHERE                                                              \
    "what answers at {server} may be a proxy, not the API server: look at "    \
    "server and proxy-url in the kubeconfig, and at HTTPS_PROXY and NO_PROXY"

static const struct reply_row untrusted = {
    0,
    0,
    FORM_ANY,
    NULL,
    REPLY_GIVE_UP,
    "{why}",
    "certificate-authority in the kubeconfig, or ca.crt of the pod, must be "
    "that of {server}; a certificate for another name needs tls-server-name; "
    "one that has expired needs a new one, or this machine the right time"
};

static const struct reply_row too_large = {
    0, 0, FORM_ANY, NULL, REPLY_GIVE_UP, "{why}", ELSEWHERE
};

/* The first row that fits is the answer.  Statuses: apimachinery
 * pkg/api/errors/errors.go@v0.34.1, and as an API server of v1.34.1 was seen to
 * answer. */
static const struct reply_row rows[] = {
    { 0, 0, FORM_ANY, NULL, REPLY_AGAIN, "{why}", "" },
    { 200, 299, FORM_OTHER, NULL, REPLY_GIVE_UP,
      "the answer ({status}) is not an API server's: {message}", ELSEWHERE },
    { 200, 299, FORM_ANY, NULL, REPLY_APPLIED, "", "" },
    { 300, 399, FORM_ANY, NULL, REPLY_GIVE_UP,
      "the server answered {status}, a redirect, which is not followed",
      ELSEWHERE },

    { 400, 400, FORM_OTHER, "HTTPS server", REPLY_GIVE_UP,
      "the server speaks https, and its URL says http",
      "server in the kubeconfig must begin with https://" },
    { 401, 401, FORM_ANY, NULL, REPLY_AGAIN_AS,
      "the server does not accept our credentials",
      "the token or client certificate may have expired, or be another "
      "cluster's: kubectl auth whoami" },
    { 403, 403, FORM_NO_RIGHT, "system:anonymous", REPLY_GIVE_UP,
      "without credentials nobody may {verb} {resource} in namespace "
      "{namespace}",
      "a pod needs automountServiceAccountToken: true, or name a kubeconfig" },
    { 403, 403, FORM_NO_RIGHT, NULL, REPLY_GIVE_UP,
      "{user} may not {verb} {resource} in namespace {namespace}",
      "kubectl create role phasepipe --verb=get,patch "
      "--resource=actionsets.cr.kanister.io{subresource} "
      "--resource-name={name} "
      "-n {namespace} && kubectl create rolebinding phasepipe "
      "--role=phasepipe {grantee} -n {namespace}" },
    { 403, 403, FORM_STATUS, NULL, REPLY_GIVE_UP,
      "the cluster forbids it: {message}", "" },
    { 403, 403, FORM_ANY, NULL, REPLY_GIVE_UP, "the answer was 403: {message}",
      ELSEWHERE },
    { 404, 404, FORM_STATUS, NULL, REPLY_GIVE_UP,
      "there is no ActionSet {name} in namespace {namespace}",
      "kubectl get actionsets.cr.kanister.io -A" },
    { 404, 404, FORM_OTHER, "404 page not found", REPLY_GIVE_UP,
      "the cluster knows no ActionSets (cr.kanister.io/v1alpha1)",
      "Kanister is not installed there: helm install kanister "
      "kanister/kanister-operator --namespace kanister --create-namespace" },
    { 404, 404, FORM_ANY, NULL, REPLY_GIVE_UP, "the answer was 404: {message}",
      ELSEWHERE },
    { 407, 407, FORM_ANY, NULL, REPLY_GIVE_UP, "the proxy asks for a password",
      "proxy-url in the kubeconfig may hold it: http://USER:PASSWORD@HOST" },
    { 408, 408, FORM_ANY, NULL, REPLY_AGAIN,
      "the server waited too long for our request", "" },
    { 409, 409, FORM_ANY, NULL, REPLY_LOOK,
      "somebody else has changed ActionSet {name}", "" },
    { 413, 413, FORM_ANY, NULL, REPLY_GIVE_UP,
      "the server finds our request too large: {message}", "" },
    { 422, 422, FORM_CAUSES, NULL, REPLY_GIVE_UP,
      "the server refuses {field}: {cause}",
      "the ActionSet's CRD may be of another version of Kanister: kubectl "
      "explain actionset.status" },
    { 422, 422, FORM_STATUS, NULL, REPLY_LOOK,
      "ActionSet {name} is no longer as it was", "" },
    { 425, 425, FORM_ANY, NULL, REPLY_AGAIN, "the server is not ready (425)",
      "" },
    { 429, 429, FORM_ANY, NULL, REPLY_AGAIN, "the server has too much to do",
      "" },
    { 400, 499, FORM_OTHER, NULL, REPLY_GIVE_UP,
      "the answer was {status}: {message}", ELSEWHERE },
    { 400, 499, FORM_ANY, NULL, REPLY_GIVE_UP,
      "the server refuses our request ({status}): {message}", "" },

    { 500, 500, FORM_ANY, "request is too large", REPLY_GIVE_UP,
      "ActionSet {name} has become too large for the cluster's storage",
      "kubectl get actionset {name} -n {namespace} -o yaml shows what it "
      "holds" },
    { 503, 503, FORM_ANY, NULL, REPLY_AGAIN,
      "the server is not available: {message}", "" },
    { 504, 504, FORM_ANY, NULL, REPLY_AGAIN,
      "the server did not finish in time: {message}", "" },
    { 500, 599, FORM_ANY, NULL, REPLY_AGAIN,
      "the server failed ({status}): {message}", "" },
    { 1, 999999, FORM_ANY, NULL, REPLY_GIVE_UP, "the answer was {status}",
      ELSEWHERE },
};

static bool fits(const struct reply_row *row, const struct reply *r,
                 enum reply_form form)
{
    return r->status >= row->from && r->status <= row->to &&
           (row->form == FORM_ANY || row->form == form ||
            (row->form == FORM_STATUS && form > FORM_STATUS)) &&
           (row->says == NULL || strstr(r->message, row->says) != NULL ||
            strcmp(r->user, row->says) == 0);
}

const struct reply_row *reply_row(const struct reply *r, enum reply_form form,
                                  const struct http_reply *http)
{
    const struct reply_row *row = rows;

    if (http->untrusted)
        return &untrusted;
    if (http->too_large)
        return &too_large;
    while (!fits(row, r, form))
        row++; /* the last fits all */
    return row;
}
