"""One tool's repository, in which it does its work."""

import os
import shutil
import tempfile

import measure

LARGE = 1 << 20


def discard(path):
    """Takes a directory out of the way: what is large in it at once, the rest with everything else at the end.

    ext4 without a journal makes no file before it went through all that were deleted in the last minutes. Whoever comes after the
    deletion of 20,000 would pay for it: making as many took 7 times as long.
    """
    for folder, _, names in os.walk(path):
        for name in names:
            file = os.path.join(folder, name)
            if os.lstat(file).st_size >= LARGE:
                os.remove(file)
    os.rename(path, tempfile.mkdtemp(prefix="done-", dir=os.path.dirname(path)))


class Trial:
    """One tool's repository, store and bare repository, fresh for a round."""

    def __init__(self, tool, source, directory, settings, **names):
        self.tool, self.source, self.settings = tool, source, settings
        self.directory = os.path.join(directory, "trial")
        self.repository = os.path.join(self.directory, "repository")
        self.names = {name: os.path.join(self.directory, name) for name in ("store", "bare")} | names
        os.makedirs(self.names["store"])
        os.makedirs(self.repository)
        os.makedirs(os.path.join(self.directory, "replaced"))
        self.replaced = 0
        self.do([["git", "init", "--quiet"], ["git", "init", "--quiet", "--bare", self.names["bare"]]])
        self.do(tool.prepare)

    def do(self, commands, where=None, **names):
        """Runs commands one after the other, in the repository or elsewhere, and returns what they cost together."""
        total = measure.Cost()
        for command in commands:
            filled = [word.format(**self.names, **names) for word in command]
            total.add(measure.run(filled, where or self.repository, self.settings))
        return total

    def place(self, source, folder="data"):
        """Lays a version's files where a training run would, as new files, and waits for the disk."""
        source = os.path.join(self.source, source)
        for directory, _, names in os.walk(source):
            target = os.path.join(self.repository, folder, os.path.relpath(directory, source))
            os.makedirs(target, exist_ok=True)
            for name in names:
                path = os.path.join(target, name)
                if os.path.lexists(path):
                    self.put_aside(path)
                shutil.copyfile(os.path.join(directory, name), path)
        os.sync()

    def put_aside(self, path):
        """What `discard` does, for one file."""
        if os.lstat(path).st_size >= LARGE:
            os.remove(path)
            return
        self.replaced += 1
        os.rename(path, os.path.join(self.directory, "replaced", str(self.replaced)))

    def record(self, version):
        self.do(self.tool.record)
        self.do([["git", "tag", f"bench-{version}"]])

    def run(self):
        """All the work of one round, in a user's order: (name, cost or bytes) pairs."""
        tool = self.tool
        for version, name in ((1, "the first version"), (2, "the second version")):
            self.place(f"v{version}")
            yield f"add {name}", self.do(tool.add, version=version)
            self.record(version)
            yield f"push {name}", self.do(tool.push)
        yield "status, nothing changed", self.do(tool.status)
        yield "check out the first version", self.do(tool.checkout, revision="bench-1")
        if tool.checkout:
            self.check(1)
        yield "stored here, both versions", self.stored()
        yield "stored in the remote", measure.size(self.names[tool.remote])
        self.remove()

    def stored(self):
        """The bytes that the tool keeps beside the files themselves."""
        return measure.size(os.path.join(self.repository, self.tool.local))

    def remove(self):
        discard(self.directory)

    def check(self, version, where=None):
        """A benchmark of something that is wrong is worth nothing."""
        source = os.path.join(self.source, f"v{version}")
        for folder, _, names in os.walk(source):
            for name in names:
                path = os.path.join(folder, name)
                copy = os.path.join(where or self.repository, "data", os.path.relpath(path, source))
                with open(path, "rb") as wanted, open(copy, "rb") as got:
                    while block := wanted.read(1 << 20):
                        if block != got.read(len(block)):
                            raise RuntimeError(f"{self.tool.name} brought {copy} back different")
