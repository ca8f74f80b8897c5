import Codec
import ModelCore
import Synchronization
import SystemIO
import SystemPackage
import TestSupport
import Testing

@testable import Store

/// Versions that are compared by their bytes come out as they were written down when they were added, and lies are
/// found out.
@Suite struct RecomparisonTests {
    /// A safetensors file of tensors of any types.
    private struct Sample {
        var tensors: [(name: String, type: DataType, bytes: [UInt8])]

        /// Two tensors of every type, of which one is larger than what a manifest keeps, another of one type, and one
        /// of two frames.
        init(seed: UInt64) {
            let types: [DataType] = [
                .bool, .u8, .i8, .u16, .i16, .u32, .i32, .u64, .i64, .f16, .bf16, .f32, .f64, .f8E4M3, .f8E5M2, .c64,
            ]
            tensors = []
            for (number, type) in types.enumerated() {
                let seed = seed &* 1000 &+ UInt64(number)
                tensors.append(("\(type.name).a", type, Sample.bytes(40_000, type, seed: seed)))
                tensors.append(("\(type.name).b", type, Sample.bytes(160, type, seed: seed + 100)))
            }
            tensors.append(("f32.c", .f32, Sample.bytes(40_000, .f32, seed: seed &* 1000 &+ 99)))
            tensors.append(("long", .bf16, Sample.bytes(5_000_000, .bf16, seed: seed)))
        }

        static func bytes(_ count: Int, _ type: DataType, seed: UInt64) -> [UInt8] {
            var random = PseudoRandom(seed: seed)
            switch type {
            // Of numbers as large as these can be, squares have no sum.
            case .f64:
                return (0..<count / 8).flatMap { _ in
                    withUnsafeBytes(of: Double.random(in: -1...1, using: &random).bitPattern.littleEndian) { Array($0) }
                }
            case .bool: return (0..<count).map { _ in UInt8(random.next() & 1) }
            default: return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 32) }
            }
        }

        var file: [UInt8] {
            var (header, data): ([String], [UInt8]) = ([], [])
            for tensor in tensors {
                let (start, count) = (data.count, tensor.bytes.count / (tensor.type.elementWidth ?? 1))
                data += tensor.bytes
                header.append(
                    #""\#(tensor.name)":{"dtype":"\#(tensor.type.name.uppercased())","shape":[\#(count)],"#
                        + #""data_offsets":[\#(start),\#(data.count)]}"#
                )
            }
            var text = Array("{\(header.joined(separator: ","))}".utf8)
            while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
            return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + data
        }

        func named(_ name: String) -> [UInt8] { tensors.first { $0.name == name }?.bytes ?? [] }
    }

    private static let name = "model.safetensors"

    private func compare(
        _ earlier: ComparedVersion,
        _ later: ComparedVersion,
        in store: LocalStore,
        pool: WorkerPool = ScratchStore.pool,
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws -> Recomparison.Outcome {
        try await Recomparison(store, pool: pool, cancellation: Cancellation(), progress: progress)
            .run(from: earlier, to: later)
    }

    private func version(_ pointer: Pointer, in store: LocalStore) throws -> ComparedVersion {
        try ComparedVersion(pointer, named: Self.name, in: store)
    }

    /// A store with a file of every type, and with another in which most of its tensors are others.
    private struct Two {
        let scratch: ScratchStore
        let samples: (Sample, Sample)
        let before: Pointer
        let after: Pointer

        init() async throws {
            scratch = try ScratchStore()
            let first = Sample(seed: 1)
            var second = Sample(seed: 2)
            // These stay, and of the long one the first frame does.
            for (position, tensor) in first.tensors.enumerated() where ["i8.a", "f32.b", "c64.b"].contains(tensor.name)
            {
                second.tensors[position] = tensor
            }
            let last = second.tensors.count - 1
            second.tensors[last].bytes[..<4_500_000] = first.tensors[last].bytes[..<4_500_000]
            samples = (first, second)
            before = try await scratch.addCompared(first.file, with: nil)
            after = try await scratch.addCompared(second.file, with: before)
        }
    }

    @Test func `Every type comes out as it was written down, whatever the number of threads`() async throws {
        let two = try await Two()
        let store = try two.scratch.reopened()
        let (earlier, later) = (try version(two.before, in: store), try version(two.after, in: store))
        let stored = try #require(try store.comparisons(of: two.after.oid).first)
        #expect(stored.unchangedCount == 3 && stored.changes.count == 31)
        for count in [1, 3] {
            let found = try await compare(earlier, later, in: store, pool: WorkerPool(threadCount: count))
            #expect(found.comparison == stored)
            // All that are numbers: 34 tensors without three that stayed, and one of complex numbers that changed.
            #expect(found.tensors.count == 30)
            for tensor in found.tensors {
                #expect(earlier.writtenStatistics[tensor.earlier] == [tensor.before], "\(tensor.earlier)")
                #expect(later.writtenStatistics[tensor.later] == [tensor.after], "\(tensor.later)")
            }
        }
        #expect(earlier.contradictions.isEmpty && later.contradictions.isEmpty)
    }

    @Test func `The other way round it is the same, although differences are stored one way only`() async throws {
        let two = try await Two()
        let store = try two.scratch.reopened()
        let found = try await compare(try version(two.after, in: store), try version(two.before, in: store), in: store)
        let stored = try #require(try store.comparisons(of: two.after.oid).first)
        #expect(found.comparison == stored.reversed(size: two.before.size))
    }

    @Test func `A file on disk is compared as one of the store`() async throws {
        let two = try await Two()
        let store = try two.scratch.reopened()
        let path = try two.scratch.write(two.samples.1.file, to: Self.name)
        let stored = try #require(try store.comparisons(of: two.after.oid).first)
        let onDisk = try ComparedVersion(two.after, files: [("", path, two.after.oid)], in: store)
        let found = try await compare(try version(two.before, in: store), onDisk, in: store)
        #expect(found.comparison.unchangedCount == stored.unchangedCount)
        #expect(found.comparison.changes.count == stored.changes.count)
        for (change, expected) in zip(found.comparison.changes, stored.changes) {
            guard case .changed(let from, let to, .measured(let figures)) = change.kind,
                case .changed(from, to, .measured(let expectedFigures)) = expected.kind
            else {
                #expect(change == expected)
                continue
            }
            // A file has no frames, so that long tensors are added up in another order.
            #expect(change.name == expected.name && figures.disagreement(with: expectedFigures) == nil)
        }
        // Nothing is known of its frames, but it is one and the same file.
        let none = try await compare(try version(two.after, in: store), onDisk, in: store) { _ in
            Issue.record("something was read")
        }
        #expect(none.comparison.changes.isEmpty && none.comparison.unchangedCount == 34)
    }

    @Test func `What is known to be the same is not read`() async throws {
        let two = try await Two()
        let store = try two.scratch.reopened()
        let tally = Tally()
        _ = try await compare(try version(two.before, in: store), try version(two.after, in: store), in: store) {
            tally.add($0)
        }
        let all = two.samples.1.tensors.reduce(0) { $0 + Int64($1.bytes.count) }
        let same = ["i8.a", "f32.b", "c64.b"].reduce(0) { $0 + Int64(two.samples.1.named($1).count) }
        #expect(tally.sum == all - same)
    }

    @Test(arguments: [(DataType.bf16, "BF16"), (.f16, "F16")])
    func `A copy in another type is compared value by value`(type: DataType, name: String) async throws {
        let scratch = try ScratchStore()
        // More than a frame of binary32, and less than one of half as many bytes.
        let wide = SafetensorsBytes([("a", 1_200_000), ("b", 30)], seed: 5)
        var narrow = Sample(seed: 1)
        func narrowed(_ value: Float) -> UInt16 {
            type == .bf16 ? UInt16(value.bitPattern >> 16) : Float16(value).bitPattern
        }
        func widened(_ bits: UInt16) -> Float {
            type == .bf16 ? Float(bitPattern: UInt32(bits) << 16) : Float(Float16(bitPattern: bits))
        }
        narrow.tensors = wide.tensors.map { tensor in
            let words = tensor.values.map(narrowed)
            return (tensor.name, type, words.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
        }
        let before = try await scratch.addCompared(wide.bytes, with: nil)
        let after = try await scratch.addCompared(narrow.file, with: before)
        let store = try scratch.reopened()
        let found = try await compare(try version(before, in: store), try version(after, in: store), in: store)
        #expect(found.comparison.changes.map(\.name) == ["a", "b"] && found.comparison.unchangedCount == 0)
        for (change, tensor) in zip(found.comparison.changes, wide.tensors) {
            guard case .changed(let from, let to, .measured(let figures)) = change.kind else {
                Issue.record("\(change)")
                continue
            }
            #expect(from.type == .f32 && to.type == type && from.shape == to.shape)
            let pairs = tensor.values.map { (Double(widened(narrowed($0))), Double($0)) }
            let distance = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
            #expect(figures.count == UInt64(pairs.count))
            #expect(figures.changed == UInt64(pairs.count { $0.0 != $0.1 }))
            #expect(abs(figures.distance / distance - 1) < 1e-10)
            #expect(figures.maximumDifference == pairs.map { abs($0.0 - $0.1) }.max())
        }
        // What `add` did not compare, it did not lie about.
        let stored = try #require(try store.comparisons(of: after.oid).first)
        #expect(stored.changes.allSatisfy { if case .changed(_, _, .otherForm) = $0.kind { true } else { false } })
    }

    @Test func `A manifest with other statistics, names, types or places is found out`() async throws {
        let two = try await Two()
        let store = try two.scratch.reopened()
        var reader = FrameReader(store)
        let segments = try #require(
            try store.maps(of: two.after.oid, size: two.after.size, reader: &reader).first
        ).segments
        func forged(_ change: (inout [Segment]) -> Void) async throws -> ComparedVersion {
            let scratch = try ScratchStore()
            _ = try await scratch.addCompared(two.samples.0.file, with: nil)
            var lie = segments
            change(&lie)
            let pointer = try scratch.addForged(two.samples.1.file, lie)
            return try version(pointer, in: try scratch.reopened())
        }
        let place = EarlierVersion.Place(file: "", name: "f32.a")
        let position = try #require(segments.firstIndex { $0.name == "f32.a" })
        let other = try await forged { $0[position].statistics?.mean *= 2 }
        let honest = try #require(segments[position].statistics)
        let wrong = try #require(other.writtenStatistics[place]?.first?.disagreement(with: honest))
        #expect(wrong.figure == "mean" && other.contradictions.isEmpty)

        let renamed = try await forged { $0[position].name = "f32.z" }.contradictions
        #expect(renamed.map(\.place.name) == ["f32.z", "f32.a"])
        let retyped = try await forged { $0[position].type = .i32 }.contradictions
        #expect(
            retyped.map(\.place) == [place]
                && retyped.map(\.clause) == ["its manifest gives it another type or shape than the file"]
        )
        let moved = try await forged { segments in
            let next = segments.firstIndex { $0.name == "f32.c" } ?? 0
            (segments[position].name, segments[next].name) = (segments[next].name, segments[position].name)
        }.contradictions
        #expect(Set(moved.map(\.place.name)) == ["f32.a", "f32.c"])
        #expect(moved.map(\.clause) == Array(repeating: "its manifest has it elsewhere in the file", count: 2))
    }

    @Test func `A manifest of which a frame is gone is not in the way of one that is whole`() async throws {
        let two = try await Two()
        func maps() throws -> [ObjectMap] {
            let store = try two.scratch.reopened()
            var reader = FrameReader(store)
            return try store.maps(of: two.before.oid, size: two.before.size, reader: &reader)
        }
        let segments = try #require(try maps().first).segments
        let position = try #require(segments.firstIndex { $0.name == "f32.a" })
        // Their digests come before and behind that of the one that is whole.
        for number in 0..<16 {
            var lie = segments
            let missing = FrameReference(id: SHA256.digest(of: [UInt8(number)]), byteCount: 40_000)
            lie[position].content = .frames([missing])
            let store = try two.scratch.reopened()
            try store.addManifest(of: two.before, lie, through: FrameIngest(store))
        }
        let store = try two.scratch.reopened()
        let wholes = try maps().map { map in try map.frames.allSatisfy { try store.hasFrame($0.id) } }
        #expect(wholes == [true] + Array(repeating: false, count: 16))
        let found = try await compare(try version(two.before, in: store), try version(two.after, in: store), in: store)
        #expect(found.comparison == (try store.comparisons(of: two.after.oid).first))
    }

    @Test func `Of a file of no known format it is said that only its manifest knows its tensors`() async throws {
        let scratch = try ScratchStore()
        var random = PseudoRandom(seed: 3)
        let bytes = random.bytes(300_000)
        let segments = [("a", bytes[..<150_000]), ("b", bytes[150_000...])].map { name, part in
            let frame = FrameReference(id: SHA256.digest(of: Array(part)), byteCount: part.count)
            return Segment(name: name, type: .u8, shape: [Int64(part.count)], content: .frames([frame]))
        }
        let (forged, honest) = (try scratch.addForged(bytes, segments), try await scratch.add(Sample(seed: 1).file))
        let store = try scratch.reopened()
        let version = try version(forged, in: store)
        #expect(version.filesByManifest == [""] && version.contradictions.isEmpty)
        #expect(try self.version(honest, in: store).filesByManifest.isEmpty)
    }

    @Test func `Files on disk are open only while they are read, and refused where they changed`() async throws {
        let scratch = try ScratchStore()
        let (first, second) = (SafetensorsBytes([("a", 80_000)], seed: 1), SafetensorsBytes([("a", 80_000)], seed: 2))
        func version(_ model: SafetensorsBytes, _ directory: String) throws -> ComparedVersion {
            let oid = SHA256.digest(of: model.bytes)
            let files = try (0..<20).map { number in
                let path = try scratch.write(model.bytes, to: "\(directory)/\(number).safetensors")
                return (name: "\(number)", path: path, oid: oid)
            }
            let size = Int64(20 * model.bytes.count)
            return try ComparedVersion(Pointer(oid: oid, size: size, kind: .tree), files: files, in: scratch.store)
        }
        let (earlier, later) = (try version(first, "earlier"), try version(second, "later"))
        let open = try DirectoryEntry.all(in: "/proc/self/fd").filter { entry in
            // Another test may close what it opened at any moment.
            let target = try? SymbolicLink.target(of: FilePath("/proc/self/fd").appending(entry.name))
            return target?.hasPrefix(scratch.path.appending("files").string) ?? false
        }
        #expect(open.isEmpty)
        let found = try await compare(earlier, later, in: scratch.store)
        #expect(found.comparison.changes.count == 20 && found.tensors.count == 20)
        try scratch.write(first.bytes, to: "later/7.safetensors")
        let error = try await storeError { _ = try await compare(earlier, later, in: scratch.store) }
        guard case .changedWhileRead(let path) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(path.string.hasSuffix("later/7.safetensors"))
    }
}

extension ScratchStore {
    /// Adds a file under a manifest that somebody made up, with frames as it says.
    func addForged(_ bytes: [UInt8], _ segments: [Segment]) throws -> Pointer {
        let store = try reopened()
        let frames = FrameIngest(store)
        var worker = FrameWorker(store)
        var offset = 0
        for segment in segments {
            if case .inline(let inline) = segment.content { offset += inline.count }
            guard case .frames(let references) = segment.content else { continue }
            for reference in references {
                let frame = Array(bytes[offset..<(offset + reference.byteCount)])
                offset += frame.count
                let role = FrameRole(kind: .data, type: segment.type, base: nil, earlier: nil)
                let stored = try frame.withUnsafeBytes { try frames.put($0, as: role, worker: &worker) }
                #expect(stored == reference)
            }
        }
        let pointer = Pointer(oid: SHA256.digest(of: bytes), size: Int64(bytes.count), kind: .file)
        try store.addManifest(of: pointer, segments, through: frames)
        return pointer
    }
}

extension LocalStore {
    /// Adds a manifest that somebody made up, and what else was put into `frames`.
    fileprivate func addManifest(of pointer: Pointer, _ segments: [Segment], through frames: FrameIngest) throws {
        var worker = FrameWorker(self)
        let manifest = Manifest(
            oid: pointer.oid,
            size: pointer.size,
            layout: "safetensors",
            note: "",
            content: .segments(segments)
        )
        let frame = try ManifestIngest(frames: frames).put(manifest.encoded, worker: &worker)
        frames.remember(ObjectEntry(oid: pointer.oid, frame: frame.id, size: pointer.size, kind: .manifest))
        var contents = IndexContents()
        for pack in try frames.finish() { contents.add(pack) }
        for object in frames.remembered { contents.add(object) }
        try publish(contents)
    }
}
