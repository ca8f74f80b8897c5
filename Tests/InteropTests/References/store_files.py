"""Packs and indexes of git-model's stores and the frames in them, as docs/formats.md has them, for second_reader.py."""
import collections
import ctypes
import hashlib
import struct

import numpy

LARGEST_FRAME = 4 << 20
LARGEST_PACK = 75_497_472
CODECS = ["raw", "constant", "zstd", "planes", "delta-difference", "delta-xor"]
METHODS = ["raw", "constant", "zstd"]
RECORD = struct.Struct("<4sBBBBB3sIII32sI4s")
ENTRY = struct.Struct("<32sIIIBBBBII")

# One frame entry of a table of contents or an index, and what a record says of itself: `base` is an id or None.
Entry = collections.namedtuple("Entry", "id offset stored raw codec flags width depth base pack")
Pack = collections.namedtuple("Pack", "content kind end entries")
Index = collections.namedtuple("Index", "entries objects")
IndexedPack = collections.namedtuple("IndexedPack", "name size kind")


class Damaged(Exception):
    """Bytes that are not as the format has them."""


def ensure(condition, words):
    if not condition:
        raise Damaged(words)


def crc_table():
    """What the register becomes by each byte, from zero."""
    table = numpy.arange(256, dtype=numpy.uint32)
    for _ in range(8):
        table = numpy.where(table & 1, table >> 1 ^ 0x82F63B78, table >> 1).astype(numpy.uint32)
    return table


CRC_TABLE = crc_table()


def crc(data):
    """CRC-32C. The register is linear: neighbours are joined by moving the left one past the right one's bytes."""
    registers = numpy.zeros(1 << len(data).bit_length(), numpy.uint32)
    registers[len(registers) - len(data):] = CRC_TABLE[numpy.frombuffer(data, numpy.uint8)]
    registers[len(registers) - len(data) - 1] = 0xFFFFFFFF
    # By each of its four bytes, what a register becomes by one byte of zero; then by two, four …
    step = [CRC_TABLE] + [numpy.arange(256, dtype=numpy.uint32) << 8 * place for place in range(3)]
    while len(registers) > 1:
        registers = advanced(registers[0::2], step) ^ registers[1::2]
        step = [advanced(table, step) for table in step]
    return int(registers[0]) ^ 0xFFFFFFFF


def advanced(registers, step):
    return (step[0][registers & 255] ^ step[1][registers >> 8 & 255]
            ^ step[2][registers >> 16 & 255] ^ step[3][registers >> 24])


def zstd_library():
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
    library.ZSTD_getFrameContentSize.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    library.ZSTD_findFrameCompressedSize.restype = ctypes.c_size_t
    library.ZSTD_findFrameCompressedSize.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    library.ZSTD_decompress.restype = ctypes.c_size_t
    library.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    return library


ZSTD = zstd_library()


def unzstd(data, length):
    ensure(len(data) > 5 and data[:4] == b"\x28\xb5\x2f\xfd", "zstd: no frame")
    ensure(data[4] & 7 == 0, "zstd: a checksum or a dictionary")
    ensure(ZSTD.ZSTD_getFrameContentSize(data, len(data)) == length, "zstd: the content size")
    ensure(ZSTD.ZSTD_findFrameCompressedSize(data, len(data)) == len(data), "zstd: not one frame")
    raw = ctypes.create_string_buffer(length)
    ensure(ZSTD.ZSTD_decompress(raw, length, data, len(data)) == length, "zstd: does not decode")
    return raw.raw


def record_at(pack, offset, end):
    """The entry that a record says of itself, and its stored bytes; `end` is where records end."""
    ensure(32 <= offset <= end - RECORD.size, "record: outside the pack's records")
    (magic, version, codec, flags, width, depth, reserved, raw, stored, stored_crc, name, header_crc, reserved_end
     ) = RECORD.unpack_from(pack, offset)
    start = offset + RECORD.size
    ensure(magic == b"gmfr", "record: magic")
    base = None
    if flags & 1:
        base = pack[start:start + 32]
        start += 32
    ensure(crc(pack[offset:offset + 56] + (base or b"")) == header_crc, "record: CRC of the header")
    ensure(version == 1 and flags in (0, 1) and not any(reserved + reserved_end), "record: of a newer git-model")
    ensure(codec < len(CODECS) and width in (0, 1, 2, 4, 8), "record: of a newer git-model")
    ensure(start + stored <= end, "record: longer than the pack's records")
    ensure(1 <= raw <= LARGEST_FRAME and stored <= raw, "record: lengths")
    ensure((1 <= depth <= 4) if base else depth == 0, "record: delta depth")
    ensure((codec >= 4) == (base is not None), "record: codec and base")
    data = pack[start:start + stored]
    ensure(crc(data) == stored_crc, "record: CRC of the stored bytes")
    return Entry(name, offset, stored, raw, codec, flags, width, depth, base, None), data


def decoded(entry, data, base, met):
    """The raw bytes of a frame; `met` is a set that gets the names of what was met on the way."""
    met.add(CODECS[entry.codec])
    if entry.codec == 0:
        raw = data
    elif entry.codec == 1:
        ensure(len(data) == 1, "constant: not one byte")
        raw = data * entry.raw
    elif entry.codec == 2:
        raw = unzstd(data, entry.raw)
    else:
        raw = decoded_words(entry, data, base, met)
    ensure(len(raw) == entry.raw, "frame: length")
    ensure(hashlib.sha256(raw).digest() == entry.id, "frame: digest")
    return raw


def decoded_words(entry, data, base, met):
    width = entry.width
    ensure(1 <= width <= entry.raw, "planes: element width")
    met.add(f"{CODECS[entry.codec]}-{width}")
    count, tail = divmod(entry.raw, width)
    words = words_of_planes(data[:len(data) - tail], width, count, met)
    top = 8 * width - 1
    if base is not None:
        ensure(len(base) == entry.raw, "delta: its base is of another length")
        old = numpy.frombuffer(base, f"<u{width}", count)
        old = old << 1 | old >> top
        if entry.codec == 4:
            words = (words >> 1 ^ -(words & 1)) + old
        else:
            words = words ^ old
    words = words >> 1 | words << top
    return words.astype(f"<u{width}").tobytes() + data[len(data) - tail:]


def words_of_planes(data, width, count, met):
    ensure(len(data) >= 5 * width, "planes: too short")
    planes = numpy.empty((count, width), numpy.uint8)
    start = 5 * width
    for place in range(width):
        method, length = struct.unpack_from("<BI", data, 5 * place)
        payload = data[start:start + length]
        ensure(len(payload) == length and method < len(METHODS), "planes: method or length")
        start += length
        met.add(f"plane-{METHODS[method]}")
        if method == 0:
            ensure(length == count, "planes: length of a raw plane")
        elif method == 1:
            ensure(length == 1, "planes: length of a constant plane")
            payload *= count
        else:
            payload = unzstd(payload, count)
        planes[:, place] = numpy.frombuffer(payload, numpy.uint8)
    ensure(start == len(data), "planes: bytes behind the last")
    return planes.reshape(-1).view(f"<u{width}")


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


def read_pack(content, indexed):
    """A pack that an index names, from its bytes; whether they have that name is for whoever reads them to check."""
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
    return Pack(content, kind, table, entries)


def read_index(content, kind):
    """An index, or an object index, from its bytes."""
    ensure(len(content) >= 160 + 1024 + 16, "index: size")
    (magic, version, found, reserved, pack_count, count, base_count, object_count, random, reserved_more, header_crc
     ) = struct.unpack_from("<8sIB3sIIII16s108sI", content)
    ensure(magic == b"gmindex\n" and version == 1 and found == kind, "index: header")
    ensure(crc(content[:156]) == header_crc, "index: CRC of the header")
    ensure(not any(reserved + reserved_more) and (kind == 1 or not any(random)), "index: reserved")
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
        ensure(not any(reserved), "index: object entry")
        objects.append((oid, object_kind, frame, size))
    first_bytes = collections.Counter(entry.id[0] for entry in entries)
    fan_out = struct.unpack("<256I", parts[1])
    ensure(all(fan_out[n] == sum(first_bytes[m] for m in range(n + 1)) for n in range(256)), "index: fan-out")
    ensure(ascends(packs) and ascends(bases) and ascends(objects), "index: order")
    ensure(ascends([(entry.id, entry.pack, entry.offset) for entry in entries]), "index: order of frames")
    return Index(entries, objects)
