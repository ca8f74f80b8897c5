"""A Kubernetes API server as far as `kubectl` needs one to apply, watch, lock and read: it keeps objects and runs nothing.

usage: cluster.py PORT DIRECTORY

DIRECTORY/calls gets a line for every request that is no discovery. Files that tests put there change what it does: `broken` holds the
versions whose pods never become ready, a line each; with `forbidden`, nobody may change anything; with `operator`, there are
ServiceMonitors.
"""

import http.server
import json
import os
import sys
import threading
import time
import urllib.parse

DIRECTORY = sys.argv[2]
# By group and version: kind, plural, whether namespaces have it.
RESOURCES = {
    "v1": [("Service", "services", True), ("Namespace", "namespaces", False)],
    "apps/v1": [("Deployment", "deployments", True)],
    "coordination.k8s.io/v1": [("Lease", "leases", True)],
    "monitoring.coreos.com/v1": [("ServiceMonitor", "servicemonitors", True)],
}
NAMESPACES = ["default", "ml"]
lock = threading.Lock()
objects = {}
revision = 0


def has(name):
    return os.path.exists(os.path.join(DIRECTORY, name))


def lines(name):
    try:
        with open(os.path.join(DIRECTORY, name)) as file:
            return file.read().split()
    except FileNotFoundError:
        return []


def groups():
    return [group for group in RESOURCES if has("operator") or not group.startswith("monitoring")]


def parse(path):
    """Returns group and version, namespace, plural and name of a path; None for what is no path of an object."""
    parts = path.strip("/").split("/")
    if parts[0] == "api" and len(parts) > 1:
        group, rest = parts[1], parts[2:]
    elif parts[0] == "apis" and len(parts) > 2:
        group, rest = "/".join(parts[1:3]), parts[3:]
    else:
        return None
    if len(rest) < 3 or rest[0] != "namespaces" or group not in groups():
        return None
    if rest[2] not in [plural for _, plural, _ in RESOURCES[group]]:
        return None
    return group, rest[1], rest[2], rest[3] if len(rest) > 3 else None


def settle(deployment):
    """Says of a Deployment what a cluster would after a while."""
    spec, metadata = deployment["spec"], deployment["metadata"]
    wanted = spec.setdefault("replicas", 1)
    version = spec["template"]["metadata"].get("annotations", {}).get("git-model/version")
    broken = version in lines("broken")
    progressing = {"type": "Progressing", "status": "False" if broken else "True"}
    progressing["reason"] = "ProgressDeadlineExceeded" if broken else "NewReplicaSetAvailable"
    deployment["status"] = {
        "observedGeneration": metadata["generation"],
        "replicas": wanted,
        "updatedReplicas": wanted,
        "availableReplicas": 0 if broken else wanted,
        "readyReplicas": 0 if broken else wanted,
        "conditions": [progressing],
    }


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, value, code=200):
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, code, reason, message):
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        self.answer(status | {"reason": reason, "message": message, "code": code}, code)

    def discover(self, path):
        if path == "/version":
            return self.answer({"major": "1", "minor": "35", "gitVersion": "v1.35.0"})
        if path == "/api":
            return self.answer({"kind": "APIVersions", "versions": ["v1"]})
        if path == "/apis":
            found = []
            for group in groups():
                if "/" in group:
                    version = {"groupVersion": group, "version": "v1"}
                    found.append({"name": group.split("/")[0], "versions": [version], "preferredVersion": version})
            return self.answer({"kind": "APIGroupList", "apiVersion": "v1", "groups": found})
        group = path.removeprefix("/apis/").removeprefix("/api/")
        if group in groups():
            verbs = ["create", "delete", "get", "list", "patch", "update", "watch"]
            found = [
                {"name": plural, "singularName": kind.lower(), "namespaced": inside, "kind": kind, "verbs": verbs}
                for kind, plural, inside in RESOURCES[group]
            ]
            return self.answer({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group, "resources": found})
        if path == "/openapi/v2":
            # A document without any definition, as protocol buffers have it.
            self.send_response(200)
            self.send_header("Content-Type", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        self.refuse(404, "NotFound", "the server could not find the requested resource")

    def handle_request(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        place = parse(url.path)
        if place is None:
            return self.discover(url.path)
        with open(os.path.join(DIRECTORY, "calls"), "a") as calls:
            calls.write(f"{self.command} {self.path}\n")
        group, namespace, plural, name = place
        if namespace not in NAMESPACES:
            return self.refuse(404, "NotFound", f'namespaces "{namespace}" not found')
        if self.command != "GET" and has("forbidden"):
            message = f'{plural} is forbidden: User "ada" cannot {self.command.lower()} resource "{plural}"'
            return self.refuse(403, "Forbidden", message)
        if query.get("watch"):
            return self.watch(place, query)
        with lock:
            self.change(place, query, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_request

    def change(self, place, query, body):
        global revision
        group, namespace, plural, name = place
        name = name or (body or {}).get("metadata", {}).get("name")
        key = (group, namespace, plural, name)
        known = objects.get(key)
        if self.command == "GET" and name is None:
            wanted = query.get("fieldSelector", "").removeprefix("metadata.name=")
            items = [value for (g, n, p, o), value in objects.items() if (g, n, p) == key[:3] and wanted in ("", o)]
            kind = {p: k for k, p, _ in RESOURCES[group]}[plural]
            return self.answer(
                {"kind": kind + "List", "apiVersion": group, "metadata": {"resourceVersion": str(revision)}, "items": items}
            )
        if known is None and self.command in ("GET", "PUT", "DELETE"):
            return self.refuse(404, "NotFound", f'{plural}.{group.split("/")[0]} "{name}" not found')
        if self.command == "GET":
            return self.answer(known)
        if self.command == "DELETE":
            del objects[key]
            return self.answer({"kind": "Status", "apiVersion": "v1", "status": "Success"})
        if self.command == "POST" and known:
            return self.refuse(409, "AlreadyExists", f'{plural}.{group.split("/")[0]} "{name}" already exists')
        said = body["metadata"].get("resourceVersion")
        if known and said and said != known["metadata"]["resourceVersion"]:
            message = "the object has been modified; please apply your changes to the latest version and try again"
            return self.refuse(409, "Conflict", f'Operation cannot be fulfilled on {plural} "{name}": {message}')
        if self.command == "PATCH" and "apply-patch" not in self.headers.get("Content-Type", ""):
            return self.refuse(415, "UnsupportedMediaType", "only server-side apply")
        revision += 1
        generation = known["metadata"]["generation"] + 1 if known else 1
        body["metadata"] |= {
            "namespace": namespace,
            "uid": f"uid-{revision}",
            "resourceVersion": str(revision),
            "generation": generation,
        }
        if plural == "deployments":
            settle(body)
        objects[key] = body
        self.answer(body, 200 if known else 201)

    def watch(self, place, query):
        """Keeps a watch open without anything to say: what there is has settled before it is listed."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        time.sleep(min(int(query.get("timeoutSeconds", 5)), 5))


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Server).serve_forever()
