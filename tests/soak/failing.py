"""An API server that keeps ActionSets as a real one does, and fails.

It takes JSON Patches, all of one or nothing, and answers a chosen request in
one of the ways below instead, many of them as a server of v1.34.1 was seen to
answer (tests/data/kube).  What it was made to say of each object is in its
history, by which a caller judges.
"""

import http.server
import json
import os
import random
import socket
import ssl
import struct
import subprocess
import threading
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
GROUP = "/apis/cr.kanister.io/v1alpha1"
NAMESPACE = "kanister"
NOTE = "phasepipe.dev/progress"
TOKEN = "a-token"
OURS = ("percentCompleted", "lastTransitionTime", "sizeUploadedB",
        "estimatedUploadSizeB", "sizeDownloadedB", "estimatedDownloadSizeB")

# How a request may fail that is worth another.
PASSING = [
    "429", "429-now", "429-date", "503", "503-soon", "500", "504", "504-taken",
    "408", "425", "401", "409", "422-test", "drop-before", "drop-after",
    "reset", "cut", "hang", "slow", "empty", "garbage", "half a head",
    "trickle", "damaged", "as json",
]
# ... and one that is not, whatever comes then.
FINAL = [
    "400-json", "400-plain", "400-timeout", "403-patch", "403-status",
    "404-name", "404-route", "406", "413-body", "413-operations", "415-type",
    "422-long", "422-option", "422-type", "422-uid", "500-etcd", "407",
    "redirect", "a page",
]


def status(code, reason, message):
    """The body of a refusal."""
    return {"kind": "Status", "apiVersion": "v1", "metadata": {},
            "status": "Failure", "message": message, "reason": reason,
            "code": code}


def seen(name):
    """A body as it came from a real server."""
    with open(f"{ROOT}/tests/data/kube/{name}", "rb") as file:
        return file.read()


# Code, headers more, and body of those that are replies.
REPLIES = {
    "429": (429, {"Content-Type": "text/plain", "Retry-After": "1"},
            b"Too many requests, please try again later.\n"),
    "429-now": (429, {"Content-Type": "text/plain", "Retry-After": "0"},
                b"Too many requests, please try again later.\n"),
    "429-date": (429, {"Content-Type": "text/plain",
                       "Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"},
                 b"Too many requests, please try again later.\n"),
    "503": (503, {}, status(503, "ServiceUnavailable",
                            "apiserver is shutting down")),
    "503-soon": (503, {"Retry-After": "1", "Content-Type": "text/html"},
                 b"<html>no server is available</html>"),
    "500": (500, {}, status(500, "InternalError", "an error occurred")),
    "504": (504, {}, status(504, "Timeout", "the request did not complete")),
    "408": (408, {}, status(408, "Timeout", "the request took too long")),
    "425": (425, {"Content-Type": "text/plain"}, b"too early"),
    "redirect": (302, {"Location": "https://localhost/elsewhere"}, b""),
    "a page": (200, {"Content-Type": "text/html"}, b"<html>hello</html>"),
    "407": (407, {"Content-Type": "text/plain"}, b"who are you?"),
}
SEEN = set(os.listdir(f"{ROOT}/tests/data/kube"))
SEEN_PLAIN = {"400-plain", "404-route"}


def field(number, value):
    """A field of protobuf: a number, or bytes that are not very many."""
    def varint(n):
        return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + \
            varint(n >> 7)

    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def protobuf(metadata):
    """A PartialObjectMetadata as a server says it; see reply_proto.c."""
    inner = b"".join(field(number, metadata[key]) for number, key in [
        (1, "name"), (3, "namespace"), (5, "uid"), (6, "resourceVersion"),
        (7, "generation")])
    kind = field(1, "meta.k8s.io/v1") + field(2, "PartialObjectMetadata")
    return b"k8s\0" + field(1, kind) + field(2, field(1, inner))


class Refused(Exception):
    """A patch that does not fit."""


def child(parent, key):
    """A member or an element of what a patch leads through."""
    if isinstance(parent, list):
        key = int(key)
    if isinstance(parent, (list, dict)):
        try:
            return parent[key]
        except (KeyError, IndexError):
            pass
    raise Refused


def apply_patch(document, patch):
    """DOCUMENT after a JSON Patch of tests, adds, replaces and removes."""
    made = json.loads(json.dumps(document))
    for step in patch:
        parts = [part.replace("~1", "/").replace("~0", "~")
                 for part in step["path"].split("/")[1:]]
        parent = made
        for part in parts[:-1]:
            parent = child(parent, part)
        last = parts[-1]
        if step["op"] == "test":
            there = parent.get(last) if isinstance(parent, dict) \
                else child(parent, last)
            if there != step.get("value"):
                raise Refused
        elif not isinstance(parent, dict):
            raise Refused
        elif step["op"] == "remove":
            child(parent, last)
            del parent[last]
        else:
            parent[last] = step["value"]
    return made


def foreign(thing):
    """What of an ActionSet is nobody's but its owners'."""
    rest = json.loads(json.dumps(thing))
    rest["metadata"].get("annotations", {}).pop(NOTE, None)
    if not rest["metadata"].get("annotations"):
        rest["metadata"].pop("annotations", None)
    for name in ("resourceVersion", "generation", "managedFields"):
        rest["metadata"].pop(name, None)
    for name in OURS:
        rest["status"]["progress"].pop(name, None)
    return rest


class Store:
    """The server.  choose(number, method, name) says how the request of that
    number is to fail, or None."""

    def __init__(self, place, choose):
        self.choose = choose
        self.lock = threading.Lock()
        self.objects = {}
        self.history = {}  # by name: (when, percent, note, progress)
        self.theirs = {}   # by name: what is not status-patch's
        self.methods = []  # of each request
        self.failed = {}   # how often each way was chosen
        os.mkdir(f"{place}/certs")
        subprocess.run([f"{ROOT}/tests/kube/certs", f"{place}/certs"],
                       check=True, env=dict(os.environ, LD_PRELOAD=""))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{place}/certs/server.pem")
        store = self

        class Bound(Handler):
            """It knows its server."""
            owner = store

        self.http = Listener(("127.0.0.1", 0), Bound)
        self.http.socket = context.wrap_socket(
            self.http.socket, server_side=True, do_handshake_on_connect=False)
        self.thread = threading.Thread(target=self.http.serve_forever,
                                       daemon=True)
        self.thread.start()
        self.config = f"{place}/config"
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump({
                "current-context": "here",
                "contexts": [{"name": "here", "context": {
                    "cluster": "lab", "user": "me", "namespace": NAMESPACE}}],
                "clusters": [{"name": "lab", "cluster": {
                    "server":
                        f"https://127.0.0.1:{self.http.server_address[1]}",
                    "certificate-authority": f"{place}/certs/ca.pem"}}],
                "users": [{"name": "me", "user": {"token": TOKEN}}]}, file)

    def add(self, name, phases):
        """An ActionSet whose action runs; PHASES are (name, state)."""
        self.history[name] = []
        self.objects[name] = {
            "apiVersion": "cr.kanister.io/v1alpha1", "kind": "ActionSet",
            "metadata": {"name": name, "namespace": NAMESPACE,
                         "uid": f"uid-of-{name}", "resourceVersion": "1",
                         "generation": 1, "labels": {"app": "a<b>&c"}},
            "spec": {"actions": [{"name": "backup"}]},
            "status": {"state": "running", "error": {"message": ""},
                       "actions": [{
                           "name": "backup",
                           "artifacts": {"dump": {"keyValue": {"a": "<&>"}}},
                           "deferPhase": {"name": "", "state": ""},
                           "phases": [
                               {"name": phase, "state": state,
                                "progress": {"progressPercent":
                                             "100" if state == "complete"
                                             else "0"}}
                               for phase, state in phases]}],
                       "progress": {"percentCompleted": "0"}}}
        self.theirs[name] = foreign(self.objects[name])

    def is_theirs(self, name):
        """Whether what is not status-patch's is as they left it."""
        return foreign(self.objects[name]) == self.theirs[name]

    def patch(self, name, body):
        """Applies one; the object."""
        with self.lock:
            before = self.objects[name]
            after = apply_patch(before, body)
            if after != before:
                version = str(int(before["metadata"]["resourceVersion"]) + 1)
                after["metadata"]["resourceVersion"] = version
                after["metadata"]["generation"] += 1
                self.objects[name] = after
                progress = after["status"]["progress"]
                note = json.loads(after["metadata"].get(
                    "annotations", {}).get(NOTE, "null"))
                self.history[name].append(
                    (time.monotonic(), progress.get("percentCompleted"), note,
                     progress))
            return self.objects[name]

    def touch(self, name):
        """Somebody else changes what is theirs."""
        with self.lock:
            thing = json.loads(json.dumps(self.objects[name]))
            version = int(thing["metadata"]["resourceVersion"]) + 1
            thing["metadata"]["resourceVersion"] = str(version)
            thing["metadata"]["generation"] += 1
            thing["status"]["actions"][0]["artifacts"]["dump"]["keyValue"][
                "a"] = f"<{version}>"
            self.objects[name] = thing
            self.theirs[name] = foreign(thing)

    def next_failure(self, method, name):
        """How the request that came is to fail."""
        with self.lock:
            number = len(self.methods)
            self.methods.append(method)
            failure = self.choose(number, method, name)
            if failure:
                self.failed[failure] = self.failed.get(failure, 0) + 1
            return failure

    def end(self):
        """Ends it."""
        self.http.shutdown()
        self.http.server_close()


class Listener(http.server.ThreadingHTTPServer):
    """One thread for each connection; what goes wrong there is meant."""
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    """A connection."""
    protocol_version = "HTTP/1.1"
    owner = None
    wbufsize = -1   # a reply is one write
    slowly = False  # or many

    def log_message(self, *_):
        pass

    def send(self, code, body, headers=None):
        """A reply."""
        kind = "application/json"
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        elif body.startswith(b"k8s"):
            kind = "application/vnd.kubernetes.protobuf"
        self.send_response(code)
        for key, value in {"Content-Type": kind,
                           "Content-Length": str(len(body)),
                           **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        step = 64 if self.slowly else max(1, len(body))
        for i in range(0, len(body), step):
            self.wfile.write(body[i:i + step])
            self.wfile.flush()
            time.sleep(0.01 if self.slowly else 0)

    def raw(self, data):
        """Bytes, and the end."""
        self.wfile.write(data)
        self.wfile.flush()
        self.close_connection = True

    def answer(self, method, name, body):
        """What a server says that does not fail: code and body."""
        if name is None:
            return 200, {"kind": "APIResourceList",
                         "resources": [{"name": "actionsets"}]}
        if name not in self.owner.objects:
            return 404, seen("404-name")
        if method == "GET":
            return 200, self.owner.objects[name]
        try:
            made = self.owner.patch(name, json.loads(body))
        except Refused:
            return 422, seen("422-test")
        return 200, protobuf(made["metadata"])

    def fail(self, failure, method, name, body):
        """The failure itself."""
        if failure in REPLIES:
            code, headers, said = REPLIES[failure]
            self.send(code, said, headers)
        elif failure in SEEN:
            self.send(int(failure[:3]), seen(failure),
                      {"Content-Type": "text/plain"}
                      if failure in SEEN_PLAIN else None)
        elif failure == "504-taken":
            self.answer(method, name, body)
            self.send(*REPLIES["504"][::2])
        elif failure == "drop-before":
            self.close_connection = True
        elif failure == "drop-after":
            self.answer(method, name, body)
            self.close_connection = True
        elif failure == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif failure == "cut":
            self.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                     b"Content-Length: 500\r\n\r\n{\"kind\":")
        elif failure == "hang":
            self.connection.settimeout(60)
            self.close_connection = True
            while self.connection.recv(4096):
                pass
        elif failure == "slow":
            time.sleep(0.5)
            self.send(*self.answer(method, name, body))
        elif failure == "trickle":
            self.slowly = True
            self.send(*self.answer(method, name, body))
            self.slowly = False
        elif failure == "damaged":  # which says nothing of the object
            code, said = self.answer(method, name, body)
            self.send(code, said[:9] + said[10:]
                      if method == "PATCH" and code == 200 else said)
        elif failure == "as json":
            code, said = self.answer(method, name, body)
            self.send(code, {
                "kind": "PartialObjectMetadata",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": self.owner.objects[name]["metadata"]}
                if method == "PATCH" and code == 200 else said)
        elif failure == "empty":
            self.raw(b"")
        elif failure == "garbage":
            self.raw(random.Random(body).randbytes(300))
        elif failure == "half a head":
            self.raw(b"HTTP/1.1 200 OK\r\nContent-Ty")
        else:
            raise ValueError(failure)

    def handle_request(self, method):
        """One request."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.partition("?")[0]
        name = path.rpartition("/")[2] if "/actionsets/" in path else None
        failure = self.owner.next_failure(method, name)
        try:
            if failure:
                self.fail(failure, method, name, body)
            else:
                self.send(*self.answer(method, name, body))
        except OSError:
            self.close_connection = True  # the client is gone

    def do_GET(self):  # pylint: disable=invalid-name
        """As BaseHTTPRequestHandler has it."""
        self.handle_request("GET")

    def do_PATCH(self):  # pylint: disable=invalid-name
        """The same."""
        self.handle_request("PATCH")
