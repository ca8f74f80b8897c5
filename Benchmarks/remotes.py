"""What a tool does with a bucket of S3: one repository pushes, and a clone of it pulls."""

import os

import measure
import network
from trial import Trial, discard

NAMES = ("the first version", "the second version")


def run(tool, source, directory, settings, link, through, versions=2):
    """All the work of one round in a fresh bucket: (name, cost or bytes) pairs."""
    root = os.path.join(directory, "buckets")
    with network.bucket(root, through, link, settings) as bucket:
        yield from RemoteTrial(tool, source, directory, settings, bucket).run(versions)
    discard(root)


class RemoteTrial(Trial):
    """One tool's repository, its bucket, and a clone of the repository."""

    def __init__(self, tool, source, directory, settings, bucket):
        self.bucket = bucket
        super().__init__(tool, source, directory, settings | bucket.settings(), endpoint=bucket.endpoint)
        self.clone = os.path.join(self.directory, "clone")

    def run(self, versions=2):
        tool = self.tool
        for version, name in enumerate(NAMES[:versions], 1):
            self.place(f"v{version}")
            self.do(tool.add, version=version)
            self.record(version)
            yield f"push {name}", self.cost(tool.push, version)
            self.publish()
            yield f"pull {name}", self.cost(tool.pull, version, self.clone)
            self.check(version, self.clone)
        yield "push again, nothing to do", self.cost(tool.push_again, versions)
        yield "stored in the bucket", measure.size(self.bucket.root)
        self.remove()

    def cost(self, commands, version, where=None):
        """What commands cost by themselves, with what they moved over the network."""
        os.sync()
        self.bucket.counted()
        total = self.do(commands, where, version=version, revision=f"bench-{version}")
        total.moved, total.requests = self.bucket.counted()
        return total

    def publish(self):
        """Brings the clone's own files, which are Git's, to the last commit."""
        self.do([["git", "push", "--quiet", "--no-verify", self.names["bare"], "HEAD:refs/heads/main"]])
        if os.path.exists(self.clone):
            self.do([["git", "pull", "--quiet"]], self.clone)
        else:
            self.do([["git", "clone", "--quiet", self.names["bare"], self.clone]])
