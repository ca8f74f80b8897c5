"""Reads versions of models by git-model, which has to be installed: a wheel brings it along.

    import git_model
    with git_model.open("https://git.example.org/team/bert.git", "v1.2.0", "weights/model.safetensors") as file:
        ...
    git_model.get("https://git.example.org/team/bert.git", "v1.2.0", output="/srv/bert")
"""

import builtins
import json
import os
import shutil
import subprocess
import sys
import tempfile

__all__ = ["Error", "get", "open"]


class Error(Exception):
    """What git-model said; `kind`, `exit_code` and `hints` are those of its docs/json.md."""

    def __init__(self, message, kind="failed", exit_code=5, hints=()):
        super().__init__(message)
        self.kind, self.exit_code, self.hints = kind, exit_code, list(hints)


def get(repo, version, paths=(), output=".", *, remote=None, trust=(), force=False):
    """Writes a version's artifacts below a directory, and returns the report of `git model get --json`."""
    words = ["get", "--json", "--output", os.fspath(output)]
    words += ["--remote", remote] if remote else []
    words += [word for url in trust for word in ("--trust", url)]
    words += ["--force"] if force else []
    return json.loads(_run([*words, "--", os.fspath(repo), version, *paths]))


def open(repo, version, path, mode="rb", *, remote=None, trust=(), **options):
    """Opens one file of a version to read, every byte of it checked; it takes room on the disk until it is closed.

    Of a repository on this machine, what its store has is not fetched; `remote` and `trust` are for others.
    """
    if mode not in ("r", "rb", "rt"):
        raise ValueError(f"a version can only be read: mode {mode!r}")
    with tempfile.TemporaryDirectory(prefix="git-model-") as directory:
        if os.path.isdir(repo):
            copy = os.path.join(directory, "copy")
            with builtins.open(copy, "wb") as file:
                _run(["-C", os.fspath(repo), "cat", "--", f"{version}:{path}"], file)
        else:
            copy = os.path.join(directory, path)
            get(repo, version, [path], directory, remote=remote, trust=trust)
        # Open, it outlives its name.
        return builtins.open(copy, mode, **options)


def _run(words, output=subprocess.PIPE):
    beside = os.path.join(os.path.dirname(sys.executable), "git-model")
    program = beside if os.access(beside, os.X_OK) else shutil.which("git-model")
    if program is None:
        raise Error("git-model is not in PATH")
    done = subprocess.run([program, *words], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE)
    if done.returncode == 0:
        return done.stdout
    text = done.stderr.decode(errors="replace").strip()
    try:
        error = json.loads(text.splitlines()[-1])["error"]
    except (ValueError, KeyError, IndexError, TypeError):
        said = {kind: [] for kind in ("error", "hint")}
        for line in text.splitlines():
            kind, _, words = line.partition(": ")
            said.get(kind, []).append(words)
        message = ": ".join(said["error"]) or text or f"git-model ended with {done.returncode}"
        raise Error(message, exit_code=done.returncode, hints=said["hint"]) from None
    message = ": ".join([error["message"], *error.get("causes", [])])
    raise Error(message, error["kind"], error["exitCode"], error.get("hints", []))
