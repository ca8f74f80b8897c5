"""usage: second_reader.py STORE OID [--object-index] [--files | --comparisons]

Writes the bytes of an object of a git-model store, by docs/formats.md alone: no code of git-model is behind it. With
--object-index only the object index of the name is asked; with --files the object is a tree's listing, and the bytes of
its files follow each other; with --comparisons comes what changed in its tensors. It looks for damage: of a frame, the
first copy that is there has to be sound. What was met on the way is told on standard error, a word a line."""
import argparse
import collections
import hashlib
import math
import os
import re
import struct
import sys

import numpy
from store_files import LARGEST_FRAME, Damaged, ascends, decoded, ensure, read_index, read_pack, record_at

# Element types of tensors as numpy has them; bf16 comes by way of binary32.
TYPES = dict(enumerate(["?", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "u2", "f4", "f8"], 1))
BF16 = 11
CHANGES = ["", "changed", "added", "removed"]


class Missing(Exception):
    """What no store has."""


class Fields:
    """Bytes of a frame that are read from the first to the last."""

    def __init__(self, content):
        self.content = content
        self.place = 0

    def take(self, length):
        ensure(length <= len(self.content) - self.place, "frame: ends early")
        self.place += length
        return self.content[self.place - length:self.place]

    def byte(self):
        return self.take(1)[0]

    def varint(self, least=0, most=2**63 - 1):
        value = 0
        for shift in range(0, 63, 7):
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                ensure(byte or not shift, "varint: not the shortest")
                ensure(least <= value <= most, "varint: out of bounds")
                return value
        raise Damaged("varint: too long")

    def string(self):
        return self.take(self.varint(most=65_536)).decode("utf-8")

    def end(self):
        ensure(self.place == len(self.content), "frame: bytes behind the end")


class Store:
    """Stores that are read together: the one asked for and its alternates."""

    def __init__(self, directory):
        self.directories = []
        self.met = set()
        self.packs = {}
        self.frames = collections.defaultdict(list)
        self.manifests = collections.defaultdict(list)
        self.comparisons = collections.defaultdict(list)
        self.add(directory, 0)

    def add(self, directory, depth):
        if directory in self.directories or depth > 5:
            return
        check_format(os.path.join(directory, "format"))
        self.directories.append(directory)
        alternates = os.path.join(directory, "alternates")
        if os.path.exists(alternates):
            first, *lines, end = os.fsdecode(read(alternates)).split("\n")
            ensure(first == "git-model-alternates 1" and end == "", "alternates: lines")
            for line in lines:
                ensure(line.startswith("store /"), "alternates: a line")
                self.add(line[6:], depth + 1)
                self.met.add("alternate")

    def load_indexes(self):
        for directory in self.directories:
            folder = os.path.join(directory, "index")
            for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
                if re.fullmatch(r"[0-9a-f]{64}\.idx", name):
                    content = read(os.path.join(folder, name))
                    self.take(read_index(content, 1))
                    ensure(hashlib.sha256(content).hexdigest() == name[:64], "index: digest")
        self.met.add("index")

    def load_object_index(self, oid):
        name = oid.hex()
        for directory in self.directories:
            path = os.path.join(directory, "objects", name[:2], name + ".idx")
            if os.path.exists(path):
                self.take(read_index(read(path), 2))
                self.met.add("object-index")
                return
        raise Missing(f"object index {name}")

    def take(self, index):
        for entry in index.entries:
            self.frames[entry.id].append(entry)
        for oid, kind, frame, size in index.objects:
            if kind == 1:
                self.manifests[oid].append((frame, size))
            elif kind == 2:
                self.comparisons[oid].append((frame, size))

    def pack(self, indexed):
        name = indexed.name.hex()
        if name not in self.packs:
            paths = [os.path.join(directory, "packs", name[:2], name + ".pack") for directory in self.directories]
            path = next((path for path in paths if os.path.exists(path)), None)
            if path is None:
                raise Missing(f"pack {name}")
            self.packs[name] = read_pack(read(path), indexed)
        return self.packs[name]

    def check_pack_names(self):
        """Last, so that what a pack says of its own damage is heard before."""
        for name, pack in self.packs.items():
            ensure(hashlib.sha256(pack.content).hexdigest() == name, "pack: digest")
        if sum(pack.kind == 1 for pack in self.packs.values()) > 1:
            self.met.add("several-data-packs")

    def frame(self, name, length=None, below=5):
        """The raw bytes of a frame, by the first copy of a delta depth below a bound whose pack is there."""
        reason = f"frame {name.hex()}"
        for entry in self.frames[name]:
            if entry.depth >= below:
                continue
            try:
                pack = self.pack(entry.pack)
                base = self.frame(entry.base, entry.raw, entry.depth) if entry.base else None
            except Missing as missing:
                reason = str(missing)
                continue
            record, data = record_at(pack.content, entry.offset, pack.end)
            ensure(record == entry._replace(pack=None), "record: not what the index says")
            ensure(record in pack.entries, "record: not in the table of contents")
            ensure(length in (None, record.raw), "frame: not the length that whoever names it says")
            self.met.update([f"depth-{record.depth}", f"pack-kind-{entry.pack.kind}"])
            return decoded(record, data, base, self.met)
        raise Missing(reason)

    def object(self, oid):
        """The bytes of an object."""
        if oid == hashlib.sha256().digest():
            return b""
        if oid in self.frames:
            self.met.add("no-manifest")
            return self.frame(oid)
        for frame, size in self.manifests[oid]:
            try:
                content = Manifest(self, frame, oid, size).content()
            except Missing as missing:
                print(f"passed over a manifest: {missing}", file=sys.stderr)
                continue
            ensure(hashlib.sha256(content).digest() == oid, "object: digest")
            return content
        raise Missing(f"object {oid.hex()}")

    def lines_of_comparisons(self, oid):
        """What the comparisons of an object say, as lines."""
        lines = []
        for frame, size in self.comparisons[oid]:
            lines += comparison(self.frame(frame), oid, size)
            self.met.add("comparison")
        return lines


def check_format(path):
    if not os.path.exists(path):
        raise Missing("a store: no file format")
    first, second, *lines, end = read(path).decode("utf-8").split("\n")
    ensure(first == "git-model-store 1" and second.startswith("chunker ") and end == "", "format: first lines")
    ensure(all(line.startswith("requires-write: ") for line in lines), "format: needs a newer git-model")


def read(path):
    with open(path, "rb") as stream:
        return stream.read()


class Manifest:
    """How an object is made of frames."""

    def __init__(self, store, frame, oid, size):
        self.store = store
        self.oid = oid
        self.size = size
        self.fields = Fields(store.frame(frame))
        self.most = 4_194_304  # segments and frames, together

    def content(self):
        fields = self.fields
        kind = self.start(fields, (1, 2))
        ensure(fields.take(32) == self.oid and fields.varint() == self.size, "manifest: of another object")
        layout, note = fields.string(), fields.string()
        self.store.met.update([f"layout-{layout}", "note" if note else "no-note"])
        if kind == 1:
            content = self.segments(fields)
        else:
            content = b"".join(self.part(*part) for part in [
                (fields.take(32), fields.varint(1, LARGEST_FRAME), fields.varint()) for _ in range(fields.varint())])
        fields.end()
        ensure(len(content) == self.size, "manifest: segments do not tile the object")
        return content

    def start(self, fields, kinds):
        ensure(fields.take(8) == b"gmmanif\n" and fields.byte() == 1, "manifest: written by a newer git-model")
        kind = fields.byte()
        ensure(kind in kinds, "manifest: kind")
        self.store.met.add(f"manifest-{['', 'whole', 'root', 'part'][kind]}")
        return kind

    def part(self, frame, length, covered):
        fields = Fields(self.store.frame(frame, length))
        self.start(fields, (3,))
        content = self.segments(fields)
        fields.end()
        ensure(len(content) == covered, "manifest: segments do not tile the part")
        return content

    def segments(self, fields):
        return b"".join([self.segment(fields) for _ in range(fields.varint())])

    def segment(self, fields):
        self.count()
        flags = fields.byte()
        ensure(flags & ~3 == 0, "segment: flags")
        name, dtype = fields.string(), fields.byte()
        dimensions = [fields.varint() for _ in range(fields.varint(most=64))]
        length = fields.varint()
        self.store.met.add(f"dtype-{dtype}" if name or dtype or dimensions else "no-tensor")
        statistics = fields.take(72) if flags & 2 else None
        content = self.segment_content(fields, flags, length)
        if statistics:
            check_statistics(statistics, dtype, content)
            self.store.met.add("statistics")
        return content

    def segment_content(self, fields, flags, length):
        if flags & 1:
            ensure(length <= 256, "segment: inline")
            self.store.met.add("inline")
            return fields.take(length)
        frames = [(fields.take(32), fields.varint(1, LARGEST_FRAME)) for _ in range(fields.varint(most=16_384))]
        self.count(len(frames))
        ensure(sum(raw for _, raw in frames) == length, "segment: frames do not add up to its length")
        return b"".join(self.store.frame(*frame) for frame in frames)

    def count(self, more=1):
        self.most -= more
        ensure(self.most >= 0, "manifest: too many segments and frames")


def check_statistics(said, dtype, content):
    """Compares the statistics of a tensor with its elements; of other types than numpy's there is nothing to do."""
    count, zeros, nans, infinities, *figures = struct.unpack("<4Q5d", said)
    if dtype not in TYPES:
        return
    elements = numpy.frombuffer(content, "<" + TYPES[dtype])
    if dtype == BF16:
        elements = (elements.astype(numpy.uint32) << 16).view(numpy.float32)
    elements = elements.astype(numpy.float64)
    finite = elements[numpy.isfinite(elements)]
    found = (len(elements), (elements == 0).sum(), numpy.isnan(elements).sum(), numpy.isinf(elements).sum())
    ensure((count, zeros, nans, infinities) == found, "statistics: counts")
    expected = [0] * 5
    if len(finite):
        expected = [finite.mean(), finite.std(), finite.min(), finite.max(), numpy.sqrt((finite * finite).sum())]
    ensure(all(map(is_close, figures, expected)), "statistics: figures")


def is_close(one, other):
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def comparison(content, oid, size):
    """Lines that say what a comparison of an object, or a part of one, says."""
    fields = Fields(content)
    ensure(fields.take(8) == b"gmcompa\n" and fields.byte() == 1, "comparison: written by a newer git-model")
    ensure(fields.take(32) == oid and fields.varint() == size, "comparison: of another object")
    earlier, same = fields.take(32).hex(), fields.varint()
    parts = fields.varint(1)
    part = fields.varint(most=parts - 1)
    lines = [f"since {earlier} part {part} of {parts} same {same}"]
    lines += [change(fields) for _ in range(fields.varint())]
    fields.end()
    return lines


def change(fields):
    what = fields.byte()
    ensure(1 <= what <= 3, "comparison: what changed")
    words = [CHANGES[what], fields.string(), fields.string()]
    if what != 2:
        words += ["was", form(fields)]
    if what != 3:
        words += ["is", form(fields)]
    if what == 1:
        how = fields.byte()
        ensure(how <= 3, "comparison: how")
        words += ["how", str(how)]
        if how == 0:
            count, differing, *norms, cosine = struct.unpack("<2Q5d", fields.take(56))
            ensure(differing <= count and -1 <= cosine <= 1, "comparison: numbers")
            ensure(not any(norm < 0 or math.isnan(norm) for norm in norms), "comparison: norms")
            words += [f"{differing}/{count}", *map(repr, norms), repr(cosine)]
    return " ".join(word for word in words if word)


def form(fields):
    dtype = fields.byte()
    return f"{dtype}{[fields.varint() for _ in range(fields.varint(most=64))]}"


def files_of(listing):
    """The digests and sizes of a tree's files, in their order."""
    first, _, rest = listing.partition(b"\n")
    ensure(first == b"git-model-tree 1", "tree: first line")
    *lines, end = rest.split(b"\0")
    ensure(end == b"", "tree: ends early")
    files = []
    for line in lines:
        match = re.fullmatch(rb"(644|755|link) (0|[1-9][0-9]*) sha256:([0-9a-f]{64}) (.+)", line, re.DOTALL)
        ensure(match, "tree: a line")
        mode, size, digest, path = match.groups()
        parts = path.decode("utf-8").split("/")
        ensure(not {"", ".", ".."} & set(parts), "tree: a path")
        ensure(mode != b"link" or 1 <= int(size) <= 4095, "tree: a link")
        files.append((path, bytes.fromhex(digest.decode()), int(size)))
    ensure(ascends([path for path, _, _ in files]), "tree: order")
    return [(oid, size) for _, oid, size in files]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("store")
    parser.add_argument("oid", type=bytes.fromhex)
    parser.add_argument("--object-index", action="store_true")
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--comparisons", action="store_true")
    arguments = parser.parse_args()
    try:
        store = Store(arguments.store)
        if arguments.object_index:
            store.load_object_index(arguments.oid)
        else:
            store.load_indexes()
        content = store.object(arguments.oid)
        if arguments.comparisons:
            content = "".join(line + "\n" for line in store.lines_of_comparisons(arguments.oid)).encode()
        elif arguments.files:
            contents = []
            for oid, size in files_of(content):
                contents.append(store.object(oid))
                ensure(len(contents[-1]) == size, "tree: size of a file")
            content = b"".join(contents)
        store.check_pack_names()
    except (Damaged, Missing, ValueError) as error:
        sys.exit(f"second_reader: {type(error).__name__.lower()}: {error}")
    sys.stdout.buffer.write(content)
    print("\n".join(sorted(store.met)), file=sys.stderr)


main()
