"""What the tests have in common that run many status-patch beside the API
server of tests/cluster/server: use() comes first.
"""
import http.client
import json
import os
import re
import ssl
import subprocess
import sys
import threading
import urllib.parse

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here + "/../soak")

# pylint: disable=wrong-import-position
from said import status_line  # noqa: E402


def read(path):
    with open(path) as file:
        return file.read().strip()


def write(path, text):
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)


def use(directory, name):
    """Says with which server, and in which namespace of it, all this is."""
    global cluster, namespace, group, rbac, url, admin_token
    cluster, namespace = directory, name
    group = "/apis/cr.kanister.io/v1alpha1/namespaces/%s/actionsets" % name
    rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/" + name
    url = urllib.parse.urlparse(read(cluster + "/url"))
    admin_token = read(cluster + "/admin/token")


local = threading.local()


def ask(method, path, body=None):
    """One request of admin's: the status and the JSON that came."""
    for last in range(2):
        if getattr(local, "connection", None) is None:
            local.connection = http.client.HTTPSConnection(
                url.hostname, url.port, timeout=60,
                context=ssl.create_default_context(cafile=cluster + "/ca.crt"))
        kind = "merge-patch+json" if method == "PATCH" else "json"
        try:
            local.connection.request(
                method, path, json.dumps(body) if body else None,
                {"Authorization": "Bearer " + admin_token,
                 "Content-Type": "application/" + kind})
            reply = local.connection.getresponse()
            return reply.status, json.loads(reply.read())
        except (OSError, http.client.HTTPException):
            local.connection.close()
            local.connection = None
            if last:
                raise


def must(method, path, body=None):
    status, reply = ask(method, path, body)
    if status >= 300:
        sys.exit("%s %s: %d: %s" % (method, path, status, reply))
    return reply


def server(*words):
    subprocess.run([here + "/server", cluster, *words], check=True)


def make_object(name, progress=None):
    """An ActionSet whose first phase runs, with this progress if any."""
    thing = {"kind": "", "name": "phases", "namespace": namespace,
             "apiVersion": "v1", "resource": "configmaps"}
    must("POST", group, {
        "apiVersion": "cr.kanister.io/v1alpha1", "kind": "ActionSet",
        "metadata": {"name": name, "labels": {"app": "mysql"},
                     "annotations": {"example.com/note": "<b> & \"c\""}},
        "spec": {"actions": [{"name": "backup", "object": thing}]},
        "status": {
            "state": "running", "error": {"message": ""},
            "progress": {"runningPhase": "dump"},
            "actions": [{
                "name": "backup", "object": thing,
                "artifacts": {"dump": {"keyValue": {"a": "<&>\u2028"}}},
                "deferPhase": {"name": "", "state": ""},
                "phases": [{"name": "dump", "state": "running",
                            **({"progress": progress} if progress else {})},
                           {"name": "upload", "state": "pending"}]}]}})


def make_token():
    return must("POST", "/api/v1/namespaces/%s/serviceaccounts/crowd/token"
                % namespace, {"spec": {"expirationSeconds": 3600}}
                )["status"]["token"]


def make_account():
    """One account for all, that may get and patch ActionSets."""
    must("POST", "/api/v1/namespaces/%s/serviceaccounts" % namespace,
         {"metadata": {"name": "crowd"}})
    must("POST", rbac + "/roles", {"metadata": {"name": "crowd"}, "rules": [{
        "apiGroups": ["cr.kanister.io"], "resources": ["actionsets"],
        "verbs": ["get", "patch"]}]})
    must("POST", rbac + "/rolebindings", {
        "metadata": {"name": "crowd"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role",
                    "name": "crowd"},
        "subjects": [{"kind": "ServiceAccount", "name": "crowd",
                      "namespace": namespace}]})


def make_kubeconfig(directory, token):
    """A kubeconfig and a token file in DIRECTORY, which is made."""
    os.mkdir(directory)
    write(directory + "/token", token)
    write(directory + "/kubeconfig", json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "test",
        "clusters": [{"name": "test", "cluster": {
            "server": read(cluster + "/url"),
            "certificate-authority": os.path.abspath(cluster) + "/ca.crt"}}],
        "users": [{"name": "test", "user": {"tokenFile": "token"}}],
        "contexts": [{"name": "test", "context": {
            "cluster": "test", "user": "test", "namespace": namespace}}]}))


class Run:
    """One status-patch with its object and what it is told."""

    def __init__(self, program, name, hundredths, options):
        self.program = program
        self.name = name
        self.hundredths = hundredths
        self.options = options
        self.wrong = None

    def start(self):
        with open(self.name + ".err", "w") as err:
            self.process = subprocess.Popen(
                [*self.program, "--kubeconfig", self.name + "/kubeconfig",
                 *self.options, "actionset/" + self.name],
                stdin=subprocess.PIPE, stderr=err)

    def say(self, hundredths):
        self.process.stdin.write(status_line(hundredths))
        self.process.stdin.flush()

    def finish(self, seconds):
        try:
            self.code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.code = None

    def is_on_object(self):
        """The last state, by the integer rule, and in the annotation."""
        status, there = ask("GET", group + "/" + self.name)
        if status != 200:
            return False
        percent = there["status"]["progress"].get("percentCompleted")
        note = json.loads(there["metadata"].get("annotations", {}).get(
            "phasepipe.dev/progress", "{}"))
        last = self.hundredths[-1]
        self.seen = "%s, %s" % (percent, note.get("percentCompleted"))
        return (percent == str(last // 100 // 2) and
                note.get("percentCompleted") ==
                "%d.%02d" % divmod(last // 2, 100))

    def judge(self):
        """What is wrong; None where it kept its word."""
        last = "%d.%02d" % divmod(self.hundredths[-1] // 2, 100)
        text = read(self.name + ".err")
        there = self.is_on_object()
        if self.code == 0 and not there:
            return "says that %s was written, and it was not" % last
        if self.code == 100 and "there is no ActionSet" in text:
            return None if not there else "is wrong: there is one"
        if self.code not in (0, 111):
            return "ended with %s" % self.code
        if self.code == 111 and not re.search(
                r"the last state \(percentCompleted %s\) was not written to "
                % re.escape(last), text):
            return "does not say that %s was not written" % last
        return None


def show_wrong(run):
    print("%s %s" % (run.name, run.wrong))
    print("    on the object: %s" % getattr(run, "seen", "nothing"))
    print("    " + read(run.name + ".err").replace("\n", "\n    "))
