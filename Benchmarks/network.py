"""What lies between a tool and its bucket: an S3 server of this machine, and links that are as slow as real ones."""

import contextlib
import dataclasses
import json
import os
import socket
import subprocess
import time

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "link.c")
BUCKET = "bench"
ACCESS_KEY, SECRET_KEY = "AKIDAKIDAKIDAKID", "secretsecretsecret"


@dataclasses.dataclass(frozen=True)
class Network:
    """A link's capacity; nothing is counted where there is no link."""

    name: str
    is_link: bool = True
    rate: int = 0  # bits a second, each way; 0 is as many as the machine can
    delay: int = 0  # µs, each way


LOOPBACK = Network("loopback", is_link=False)
COUNTED = Network("loopback, counted")
GIGABIT = Network("1 Gbit/s", rate=10**9)
DISTANT = Network("1 Gbit/s, 50 ms more a round trip", rate=10**9, delay=25_000)


class Bucket:
    """A bucket behind a network."""

    def __init__(self, root, port, link=None):
        self.root = root
        self.endpoint = f"http://127.0.0.1:{port}"
        self.link = link

    def settings(self):
        """The environment in which each tool finds the bucket and its keys; none asks the machine for others."""
        return {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "S3_ENDPOINT_URL": self.endpoint,
            "RCLONE_CONFIG_S3_TYPE": "s3",
            "RCLONE_CONFIG_S3_PROVIDER": "Rclone",
            "RCLONE_CONFIG_S3_ENV_AUTH": "true",
            "RCLONE_CONFIG_S3_ENDPOINT": self.endpoint,
        }

    def counted(self):
        """The bytes, both ways, and the requests since the last call; both 0 where there is no link."""
        if not self.link:
            return 0, 0
        print("count", file=self.link.stdin, flush=True)
        counts = json.loads(self.link.stdout.readline())
        if not counts["complete"]:
            raise RuntimeError("a request did not declare its body's length: those after it were not counted")
        return counts["sent"] + counts["received"], sum(counts["requests"].values())


def build_link(directory):
    """Compiles the link, and returns its path."""
    program = os.path.join(directory, "link")
    subprocess.run(["cc", "-O2", "-o", program, SOURCE], check=True)
    return program


@contextlib.contextmanager
def bucket(root, network, link, environment):
    """A fresh bucket in a directory that is there as long as the context."""
    os.makedirs(os.path.join(root, BUCKET))
    with served(root, environment) as port:
        if not network.is_link:
            yield Bucket(root, port)
            return
        command = [link, str(port), str(network.rate), str(network.delay)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            yield Bucket(root, int(process.stdout.readline()), process)
            # The link ends with its input, which leaving this closes.


@contextlib.contextmanager
def served(root, environment):
    """Runs rclone's S3 server on a directory whose directories are buckets; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["rclone", "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"]
    # It would read again what it wrote, and all that it lists, for digests that buckets have at hand.
    command += ["--ignore-checksum", "--etag-hash", "", root]
    with open(root + ".log", "w+b") as log:
        with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as process:
            try:
                wait_for(port, process, log)
                yield port
            finally:
                process.terminate()


def wait_for(port, process, log):
    """Returns as soon as the server listens."""
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            if process.poll() is not None or time.monotonic() > deadline:
                log.seek(0)
                raise RuntimeError(f"the server does not start:\n{log.read().decode(errors='replace')}") from None
            time.sleep(0.02)
