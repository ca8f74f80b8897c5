"""Serves a model by HTTP: MLflow's scoring protocol and the Open Inference Protocol (v2).

    GET  /ping /health /version
    POST /invocations                       JSON (dataframe_split, dataframe_records, instances or inputs) or text/csv
    GET  /v2 /v2/health/live /v2/health/ready
    GET  /v2/models/NAME[/versions/V][/ready]
    POST /v2/models/NAME[/versions/V]/infer

It listens at GIT_MODEL_SOCKET, or at GIT_MODEL_PORT of GIT_MODEL_HOST (127.0.0.1; in pods 0.0.0.0); the
model's name and version are in GIT_MODEL_MODEL and GIT_MODEL_VERSION.
"""

import json
import os
import re
import signal
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote

from model_protocols import BadRequest, NotFound, Protocols

BODY_LIMIT = 64 << 20


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 300  # seconds that a connection may wait for a request
    wbufsize = -1  # an answer is one packet

    def setup(self):
        self.disable_nagle_algorithm = self.server.address_family == socket.AF_INET
        super().setup()

    def do_GET(self):
        with self.server.busy:
            self.answer(self.get)

    def do_POST(self):
        with self.server.busy:
            self.answer(self.post)

    def get(self, path):
        protocols = self.server.protocols
        if path in ("/ping", "/health"):
            return "\n"
        if path == "/version":
            return protocols.version
        if path == "/v2":
            return {"name": "git-model", "version": protocols.version, "extensions": []}
        if path in ("/v2/health/live", "/v2/health/ready"):
            return {path.rsplit("/")[-1]: True}
        rest = self.of_model(path)
        if rest == "/ready":
            return {"name": protocols.name, "ready": True}
        if rest == "":
            return protocols.metadata()
        raise NotFound(f"there is no {path}")

    def post(self, path):
        body = self.body()
        if path == "/invocations":
            return self.server.protocols.invocations(self.headers.get("Content-Type"), body)
        if self.of_model(path) == "/infer":
            return self.server.protocols.infer(body)
        raise NotFound(f"there is no {path}")

    def of_model(self, path):
        """Returns what follows the model's name and version in a path."""
        found = re.fullmatch(r"/v2/models/([^/]+)(?:/versions/([^/]+))?(/ready|/infer)?", path)
        if not found:
            return None
        protocols, (name, version, rest) = self.server.protocols, found.groups()
        if unquote(name) != protocols.name or (version and unquote(version) != protocols.version):
            raise NotFound(f"there is no model {unquote(name)}" + (f" {unquote(version)}" if version else ""))
        return rest or ""

    def body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(self.chunks())
        try:
            count = int(self.headers.get("Content-Length", "0"))
        except ValueError:
            count = -1
        if not 0 <= count <= BODY_LIMIT:
            self.close_connection = True
            raise BadRequest(f"the body has to have at most {BODY_LIMIT} bytes")
        return self.rfile.read(count)

    def chunks(self):
        total = 0
        while True:
            try:
                count = int(self.rfile.readline(80).split(b";")[0], 16)
            except ValueError:
                count = -1
            total += count
            if count < 0 or total > BODY_LIMIT:
                self.close_connection = True
                raise BadRequest(f"the body has to come in chunks of at most {BODY_LIMIT} bytes")
            if count == 0:
                while self.rfile.readline(1024).strip():
                    pass
                return
            yield self.rfile.read(count)
            self.rfile.readline(2)

    def answer(self, work):
        path = self.path.split("?")[0]
        try:
            self.reply(200, work(path))
        except BadRequest as error:
            if error.status == 415:
                self.reply(415, str(error))
            elif path == "/invocations":
                self.reply(error.status, {"error_code": "BAD_REQUEST", "message": str(error)})
            else:
                self.reply(error.status, {"error": str(error)})
        except OSError:
            raise  # the client is gone
        except Exception as error:
            self.log_error("%s: %r", path, error)
            message = "the model failed; its log says why"
            is_mlflow = path == "/invocations"
            self.reply(500, {"error_code": "INTERNAL_ERROR", "message": message} if is_mlflow else {"error": message})

    def reply(self, status, content):
        is_text = isinstance(content, str)
        body = (content if is_text else json.dumps(content, allow_nan=False)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if is_text else "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *_):
        pass  # the gateway counts and logs requests

    def address_string(self):
        return "client"


class Busy:
    """Counts what is under way."""

    def __init__(self):
        self.changed, self.count = threading.Condition(), 0

    def __enter__(self):
        with self.changed:
            self.count += 1

    def __exit__(self, *_):
        with self.changed:
            self.count -= 1
            self.changed.notify_all()

    def wait(self, seconds):
        with self.changed:
            self.changed.wait_for(lambda: self.count == 0, seconds)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, address, protocols):
        self.address_family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.protocols, self.busy = protocols, Busy()
        super().__init__(address, Handler)


def serve(model):
    """Listens where git-model says, until it is told to end; requests that are under way are answered."""
    protocols = Protocols(
        model, os.environ.get("GIT_MODEL_MODEL", "model"), os.environ.get("GIT_MODEL_VERSION", "v0.0.0")
    )
    address = os.environ.get("GIT_MODEL_SOCKET") or (
        os.environ.get("GIT_MODEL_HOST", "127.0.0.1"),
        int(os.environ.get("GIT_MODEL_PORT", "8080")),
    )
    with Server(address, protocols) as server:

        def end(*_):
            threading.Thread(target=server.shutdown).start()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        server.serve_forever(poll_interval=0.1)
        server.busy.wait(30)


def only_file(suffix):
    """Returns the only file of the release whose name ends so."""
    root = os.environ.get("GIT_MODEL_DIR", ".")
    found = [
        os.path.join(directory, name)
        for directory, names, files in os.walk(root)
        for name in files
        if name.endswith(suffix)
    ]
    if len(found) != 1:
        raise SystemExit(f"{len(found)} files end with {suffix}: name the one to serve behind the script's name")
    return found[0]
