"""The tools that are compared: what each one's user types for each piece of work.

A command is an argument list; {store}, {bare}, {endpoint}, {version} and {revision} are filled in. What `prepare` and `record` do is
not timed; work that a tool has no command for has no commands. Another tool is another entry.
"""

import dataclasses
import os
import sys


@dataclasses.dataclass(frozen=True)
class Tool:
    """One tool's commands; each piece of work is a list of commands, timed together."""

    name: str
    version: list
    prepare: list
    add: list
    record: list
    push: list
    status: list
    checkout: list
    local: str  # where the tool keeps its copies inside the repository
    remote: str  # what it pushes to: "store", "bare", or "bucket"
    pull: list = ()  # in a clone
    push_again: list = ()


COMMIT = ["git", "commit", "--quiet", "--message", "version"]
DIGEST = ["openssl", "dgst", "-sha256"]
CHECKOUT = ["git", "checkout", "--quiet", "{revision}"]

GIT_MODEL = Tool(
    name="git-model",
    version=["git", "model", "--version"],
    prepare=[["git", "model", "init", "--name", "bench", "--remote", "{store}"]],
    add=[["git", "model", "add", "data"]],
    record=[["git", "add", "--all"], COMMIT],
    push=[["git", "model", "push"]],
    status=[["git", "model", "status"]],
    checkout=[["git", "model", "checkout", "{revision}"]],
    local=".git/model",
    remote="store",
)

DVC = Tool(
    name="dvc",
    version=["dvc", "--version"],
    prepare=[
        ["dvc", "init", "--quiet"],
        ["dvc", "config", "core.analytics", "false"],
        ["dvc", "config", "core.check_update", "false"],
        ["dvc", "remote", "add", "--quiet", "--default", "store", "{store}"],
    ],
    add=[["dvc", "add", "--quiet", "data"]],
    record=[["git", "add", "--all"], COMMIT],
    push=[["dvc", "push", "--quiet"]],
    status=[["dvc", "status", "--quiet"]],
    checkout=[CHECKOUT, ["dvc", "checkout", "--quiet"]],
    local=".dvc/cache",
    remote="store",
)

GIT_LFS = Tool(
    name="git-lfs",
    version=["git", "lfs", "version"],
    prepare=[
        ["git", "lfs", "install", "--local"],
        ["git", "lfs", "track", "data/**"],
        ["git", "add", ".gitattributes"],
        ["git", "remote", "add", "origin", "file://{bare}"],
    ],
    add=[["git", "add", "data"]],
    record=[COMMIT],
    push=[["git", "lfs", "push", "origin", "main"]],
    status=[["git", "lfs", "status"]],
    checkout=[CHECKOUT],
    local=".git/lfs",
    remote="bare",
)

RESTIC_COMMAND = ["restic", "--quiet", "--no-cache", "--password-command", "echo bench", "--repo", "{store}"]

# A backup, which knows nothing of Git or tensors, but stores equal pieces of files once.
RESTIC = Tool(
    name="restic",
    version=["restic", "version"],
    prepare=[[*RESTIC_COMMAND, "init"]],
    add=[[*RESTIC_COMMAND, "backup", "--tag", "bench-{version}", "data"]],
    record=[[*COMMIT, "--allow-empty"]],
    push=[],
    status=[],
    checkout=[["rm", "-r", "data"], [*RESTIC_COMMAND, "restore", "latest", "--tag", "{revision}", "--target", "."]],
    local="../store",
    remote="store",
)

TOOLS = {tool.name: tool for tool in (GIT_MODEL, DVC, GIT_LFS, RESTIC)}


def plain(name, version, add, checkout=()):
    """What has neither versions nor remotes, and puts what it is given into the store."""
    return Tool(
        name=name,
        version=version,
        prepare=[],
        add=add,
        record=[[*COMMIT, "--allow-empty"]],
        push=[],
        status=[],
        checkout=list(checkout),
        local="../store",
        remote="store",
    )


# What no tool can be faster than that copies, or that looks at every byte.
LIMITS = (
    plain(
        "cp",
        ["cp", "--version"],
        add=[["cp", "--recursive", "--reflink=never", "data", "{store}/bench-{version}"]],
        checkout=[["rm", "-r", "data"], ["cp", "--recursive", "--reflink=never", "{store}/{revision}", "data"]],
    ),
    plain("SHA-256", ["openssl", "version"], add=[["find", "data", "-type", "f", "-exec", *DIGEST, "{{}}", "+"]]),
)

GIT_MODEL_S3 = dataclasses.replace(
    GIT_MODEL,
    prepare=[["git", "model", "init", "--name", "bench", "--remote", "s3://bench/store?endpoint={endpoint}"]],
    pull=[["git", "model", "pull"]],
    push_again=GIT_MODEL.push,
    remote="bucket",
)

DVC_S3 = dataclasses.replace(
    DVC,
    prepare=[
        *DVC.prepare[:-1],
        ["dvc", "remote", "add", "--quiet", "--default", "store", "s3://bench/store"],
        ["dvc", "remote", "modify", "--quiet", "store", "endpointurl", "{endpoint}"],
    ],
    pull=[["dvc", "pull", "--quiet"]],
    push_again=DVC.push,
    remote="bucket",
)


def copier(name, version, push, pull, push_again=()):
    """What copies files to a bucket, a directory a version, and keeps nothing of its own."""
    tool = plain(name, version, add=[])
    return dataclasses.replace(tool, push=push, pull=pull, push_again=list(push_again), remote="bucket")


# Its default is 4 files at once, for which 20,000 small ones at a distance take many minutes.
RCLONE_COPY = ["rclone", "copy", "--transfers", "32", "--checkers", "32"]
RCLONE_PUSH = [[*RCLONE_COPY, "data", "s3:bench/bench-{version}"]]
S5CMD = ["s5cmd", "--log", "error"]

S3_TOOLS = (
    GIT_MODEL_S3,
    DVC_S3,
    copier(
        "rclone",
        ["rclone", "version"],
        push=RCLONE_PUSH,
        pull=[[*RCLONE_COPY, "s3:bench/{revision}", "data"]],
        push_again=RCLONE_PUSH,
    ),
    copier(
        "s5cmd",
        ["s5cmd", "version"],
        push=[[*S5CMD, "cp", "data/", "s3://bench/bench-{version}/"]],
        pull=[[*S5CMD, "cp", "s3://bench/{revision}/*", "data/"]],
    ),
)


def library(name):
    """A library of Python's, which is only asked how much it stores."""
    command = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "libraries.py"), name]
    return plain(name, [*command, "--version"], add=[[*command, "{store}", "data"]])


LIBRARIES = (library("hf-xet"), library("zipnn"))
