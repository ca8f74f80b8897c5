"""usage: second_reader.py STORE OID [--object-index] [--files]

Writes the bytes of an object of a git-model store, by docs/formats.md alone: no code of git-model is behind it. With
--object-index only the object index of the name is asked, as of a remote; with --files the object is a tree's listing,
and the bytes of its files follow each other. What was met is told on standard error, a word a line."""
import argparse
import collections
import hashlib
import os
import re
import struct
import sys

from stored_frames import LARGEST_FRAME, Damaged, Entry, crc, decoded, ensure, record_at

LARGEST_PACK = 75_497_472
ENTRY = struct.Struct("<32sIIIBBBBII")

Pack = collections.namedtuple("Pack", "content end entries")
Index = collections.namedtuple("Index", "entries objects")
IndexedPack = collections.namedtuple("IndexedPack", "name size kind")


class Missing(Exception):
    """What no store has."""


def frame_entries(data, count, bases, packs):
    """The entries at the start of some bytes, with their bases' and packs' positions resolved."""
    entries = []
    for *fields, base, pack in ENTRY.iter_unpack(data[:count * ENTRY.size]):
        ensure(base <= len(bases) and pack < len(packs), "frame entry: a position that is not there")
        entry = Entry(*fields, bases[base - 1] if base else None, packs[pack])
        ensure((entry.flags & 1 == 1) == (base != 0), "frame entry: flags and base")
        entries.append(entry)
    return entries


def digests(data):
    return [data[start:start + 32] for start in range(0, len(data), 32)]


def ascends(keys):
    return all(one < next for one, next in zip(keys, keys[1:]))


def read_pack(path, indexed):
    """A pack that an index names: what is in it is checked, then its name."""
    with open(path, "rb") as stream:
        content = stream.read(LARGEST_PACK + 1)
    ensure(64 <= len(content) <= LARGEST_PACK and len(content) == indexed.size, "pack: size")
    magic, version, kind, reserved = struct.unpack_from("<8sIB3s", content)
    ensure(magic == b"gmpack\r\n" and version == 1 and not any(reserved), "pack: header")
    ensure(kind in (1, 2) and kind == indexed.kind, "pack: kind")
    table, count, base_count, table_crc, reserved, magic = struct.unpack("<IIII8s8s", content[-32:])
    ensure(magic == b"gmpkend\n" and not any(reserved), "pack: trailer")
    ensure(table >= 32 and table + count * ENTRY.size + base_count * 32 + 32 == len(content), "pack: lengths")
    ensure(crc(content[table:-32]) == table_crc, "pack: CRC of the table of contents")
    bases = digests(content[table + count * ENTRY.size:-32])
    entries = frame_entries(content[table:], count, bases, [None])
    ensure(ascends(bases) and ascends([(entry.id, entry.offset) for entry in entries]), "pack: order")
    ensure(hashlib.sha256(content).hexdigest() == indexed.name.hex(), "pack: digest")
    return Pack(content, table, entries)


def read_index(path, kind):
    with open(path, "rb") as stream:
        content = stream.read()
    ensure(len(content) >= 160 + 1024 + 16, "index: size")
    (magic, version, found, reserved, pack_count, count, base_count, object_count, random, reserved_more, header_crc
     ) = struct.unpack_from("<8sIB3sIIII16s108sI", content)
    ensure(magic == b"gmindex\n" and version == 1 and found == kind, "index: header")
    ensure(not any(reserved + reserved_more) and (kind == 1 or not any(random)), "index: reserved")
    ensure(crc(content[:156]) == header_crc, "index: CRC of the header")
    parts = []
    start = 160
    for length in (40 * pack_count, 1024, ENTRY.size * count, 32 * base_count, 80 * object_count, 16):
        parts.append(content[start:start + length])
        start += length
    ensure(start == len(content), "index: lengths")
    trailer_crc, reserved, magic = struct.unpack("<II8s", parts[5])
    ensure(magic == b"gmidxend" and reserved == 0, "index: trailer")
    ensure(crc(content[:-16]) == trailer_crc, "index: CRC")
    packs = []
    for name, size, pack_kind, reserved in struct.iter_unpack("<32sIB3s", parts[0]):
        ensure(pack_kind in (1, 2) and not any(reserved), "index: pack")
        packs.append(IndexedPack(name, size, pack_kind))
    bases = digests(parts[3])
    entries = frame_entries(parts[2], count, bases, packs)
    objects = []
    for oid, frame, size, object_kind, reserved in struct.iter_unpack("<32s32sQB7s", parts[4]):
        ensure(object_kind in (1, 2) and not any(reserved), "index: object entry")
        objects.append((oid, object_kind, frame, size))
    first_bytes = collections.Counter(entry.id[0] for entry in entries)
    fan_out = struct.unpack("<256I", parts[1])
    ensure(all(fan_out[n] == sum(first_bytes[m] for m in range(n + 1)) for n in range(256)), "index: fan-out")
    ensure(ascends(packs) and ascends(bases) and ascends(objects), "index: order")
    ensure(ascends([(entry.id, entry.pack, entry.offset) for entry in entries]), "index: order of frames")
    return Index(entries, objects)


class Store:
    """Stores that are read together: the one asked for and its alternates."""

    def __init__(self, directory):
        self.directories = []
        self.met = set()
        self.packs = {}
        self.frames = collections.defaultdict(list)
        self.manifests = collections.defaultdict(list)
        self.add(directory, 0)

    def add(self, directory, depth):
        if directory in self.directories or depth > 5:
            return
        check_format(os.path.join(directory, "format"))
        self.directories.append(directory)
        alternates = os.path.join(directory, "alternates")
        if os.path.exists(alternates):
            first, *lines, end = read_text(alternates).split("\n")
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
                    path = os.path.join(folder, name)
                    with open(path, "rb") as stream:
                        ensure(hashlib.sha256(stream.read()).hexdigest() == name[:64], "index: digest")
                    self.take(read_index(path, 1))
        self.met.add("index")

    def load_object_index(self, oid):
        name = oid.hex()
        for directory in self.directories:
            path = os.path.join(directory, "objects", name[:2], name + ".idx")
            if os.path.exists(path):
                self.take(read_index(path, 2))
                self.met.add("object-index")
                return
        raise Missing(f"object index {name}")

    def take(self, index):
        for entry in index.entries:
            self.frames[entry.id].append(entry)
        for oid, kind, frame, size in index.objects:
            if kind == 1:
                self.manifests[oid].append((frame, size))
            else:
                self.met.add("comparison-entry")

    def pack(self, indexed):
        name = indexed.name.hex()
        if name not in self.packs:
            paths = [os.path.join(directory, "packs", name[:2], name + ".pack") for directory in self.directories]
            path = next((path for path in paths if os.path.exists(path)), None)
            if path is None:
                raise Missing(f"pack {name}")
            self.packs[name] = read_pack(path, indexed)
        return self.packs[name]

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
        for frame, size in self.manifests[oid]:
            try:
                content = Manifest(self, frame, oid, size).content()
            except Missing as missing:
                print(f"passed over a manifest: {missing}", file=sys.stderr)
                continue
            ensure(hashlib.sha256(content).digest() == oid, "object: digest")
            return content
        self.met.add("no-manifest")
        return self.frame(oid)


def check_format(path):
    if not os.path.exists(path):
        raise Missing("a store: no file format")
    first, second, *lines, end = read_text(path).split("\n")
    ensure(first == "git-model-store 1" and second.startswith("chunker ") and end == "", "format: first lines")
    ensure(all(line.startswith("requires-write: ") for line in lines), "format: needs a newer git-model")


def read_text(path):
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as stream:
        return stream.read()


class Fields:
    """Bytes of a frame that are read from the first to the last."""

    def __init__(self, content):
        self.content = content
        self.place = 0

    def take(self, length):
        ensure(length <= len(self.content) - self.place, "manifest: ends early")
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
        ensure(self.place == len(self.content), "manifest: bytes behind the end")


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
        self.store.met.add(f"dtype-{dtype}" if name else "no-tensor")
        if not name:
            ensure(dtype == 0 and not dimensions, "segment: dimensions without a name")
        if flags & 2:
            statistics = struct.unpack("<4Q5d", fields.take(72))
            ensure(sum(statistics[1:4]) <= statistics[0], "segment: statistics")
            self.store.met.add("statistics")
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
    arguments = parser.parse_args()
    store = Store(arguments.store)
    try:
        if arguments.object_index:
            store.load_object_index(arguments.oid)
        else:
            store.load_indexes()
        content = store.object(arguments.oid)
        if arguments.files:
            contents = []
            for oid, size in files_of(content):
                contents.append(store.object(oid))
                ensure(len(contents[-1]) == size, "tree: size of a file")
            content = b"".join(contents)
    except (Damaged, Missing) as error:
        sys.exit(f"second_reader: {type(error).__name__.lower()}: {error}")
    sys.stdout.buffer.write(content)
    print("\n".join(sorted(store.met)), file=sys.stderr)


main()
