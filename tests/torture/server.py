"""What the tests and measurements have in common that speak with the tests'
server, or load tests/torture/fail.c into a program."""

import json
import os
import struct
import subprocess

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BIN = os.environ.get("PHASEPIPE_BIN") or f"{ROOT}/build/bin"
FAIL = os.environ.get("PHASEPIPE_FAIL") or f"{ROOT}/build/tests/torture/fail.so"
HEAD = struct.Struct("32sqiiiiii32s")  # struct plan of fail.c
PLUGIN = "client.authentication.k8s.io/v1"
NAME = 32
KINDS_MAX = 64


def empty_plan(path, program, nth=0, which=-1, error=0, for_good=False):
    """Writes which call of a program is to fail: none, or the NTH of a kind."""
    with open(path, "wb") as file:
        file.write(HEAD.pack(program.encode(), nth, which, error, for_good,
                             0, 0, 0, b"") + bytes(KINDS_MAX * (NAME + 8)))


def read_plan(path):
    """What came of it: whether it failed, the highest descriptor, which library
    asked for the memory, and how many calls there were of each kind."""
    with open(path, "rb") as file:
        data = file.read()
    _, _, _, _, _, fired, most, kinds, by = HEAD.unpack_from(data)
    names, at = [], HEAD.size
    for _ in range(kinds):
        names.append(data[at:at + NAME].rstrip(b"\0").decode())
        at += NAME
    at = (at + 7) // 8 * 8
    counts = struct.unpack_from(f"{kinds}q", data, at)
    return fired, most, by.rstrip(b"\0").decode(), dict(zip(names, counts))


class Server:
    """An API server that answers by a script, and who may speak with it."""

    RESOURCES = {"kind": "APIResourceList",
                 "resources": [{"name": "actionsets"}]}
    PHASES = [{"name": "dump", "state": "running",
               "progress": {"progressPercent": "0"}},
              {"name": "upload", "state": "pending"}]
    OBJECT = {"apiVersion": "cr.kanister.io/v1alpha1", "kind": "ActionSet",
              "metadata": {"name": "backup", "namespace": "kanister",
                           "uid": "u-1", "generation": 5},
              "status": {"state": "running", "actions": [
                  {"name": "backup", "phases": PHASES}],
                  "progress": {"percentCompleted": "0",
                               "runningPhase": "dump"}}}
    TAKEN = {"kind": "PartialObjectMetadata", "metadata": {
        "uid": "u-1", "resourceVersion": "7", "generation": 6}}

    def __init__(self, place, certs):
        self.log = f"{place}/log"
        script = f"{place}/script"
        with open(script, "w", encoding="utf-8") as file:
            for path, method, body in [
                    ("/version", "GET", {"gitVersion": "v1.34.1"}),
                    ("v1alpha1", "GET", self.RESOURCES),
                    ("actionsets/", "GET", self.OBJECT),
                    ("reviews", "POST", {"status": {"allowed": True}}),
                    ("", "PATCH", self.TAKEN)]:
                json.dump({"method": method, "path": path, "body": body}, file)
                file.write("\n")
        with open(self.log, "w", encoding="utf-8"):
            pass
        self.process = subprocess.Popen(
            [f"{ROOT}/tests/kube/server", "--cert", f"{certs}/server.pem",
             "--seconds", "3600", script, self.log], stdout=subprocess.PIPE)
        port = int(self.process.stdout.readline())
        self.config = f"{place}/config"
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump({
                "current-context": "here",
                "contexts": [{"name": name, "context": {
                    "cluster": "lab", "user": user, "namespace": "kanister"}}
                    for name, user in [("here", "me"), ("there", "you")]],
                "clusters": [{"name": "lab", "cluster": {
                    "server": f"https://127.0.0.1:{port}",
                    "certificate-authority": f"{certs}/ca.pem"}}],
                "users": [{"name": "me", "user": {"token": "a-token"}},
                          {"name": "you", "user": {"exec": {
                              "apiVersion": PLUGIN, "interactiveMode": "Never",
                              "command": f"{ROOT}/tests/torture/plugin"}}}]},
                file)

    def last_patch(self, begin):
        """The body of the last one since the log was so long."""
        with open(self.log, encoding="utf-8") as file:
            file.seek(begin)
            found = [entry["body"] for entry in map(json.loads, file)
                     if entry.get("method") == "PATCH"]
        return found[-1].encode() if found else None

    def end(self):
        """Ends it."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
