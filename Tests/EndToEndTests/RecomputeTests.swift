import ModelCore
import SystemPackage
import TestSupport
import Testing

@testable import Store

/// `git model diff --recompute`: what the bytes of two versions say, and who wrote down something else.
@Suite struct RecomputeTests {
    private static let figures = #""change":"changed","changedElements":"#

    @Test func `What nobody measured is measured, and what somebody did is found to be right`() async throws {
        let scratch = try await TrainedModelSample.repository()
        let far = try await scratch.run("git model diff --recompute v1.0.0 v3.0.0").expectSuccess().output
        #expect(far.contains("  tensors: 2 changed, 1 unchanged\n") && far.contains("  recomputed  "))
        #expect(far.contains("changed  layer.0  f32 [30000]  ") && far.contains("changed  layer.1  f32 [30000]  "))
        #expect(!far.contains("not compared") && !far.contains("not so") && !far.contains("by author"))
        let near = try await scratch.run(
            """
            git model diff --json v2.0.0 v3.0.0 > ~/author && git model diff --recompute --json v2.0.0 v3.0.0 > ~/bytes
            sed 's/"source":"recomputed"/"source":"add"/; s/"contradictions":\\[\\],//' ~/bytes | cmp - ~/author
            cat ~/bytes && git model diff --recompute --md v3.0.0 v2.0.0
            ! git model diff --recompute --exit-code v2.0.0 v3.0.0 >~/shown && cat ~/shown
            git model diff v2.0.0 v3.0.0 | grep 'by author'
            """
        ).expectSuccess().output
        #expect(near.contains(#""source":"recomputed","unchanged":2"#) && near.contains(Self.figures))
        #expect(near.contains("by relative L2 distance, recomputed\n"))
        let usage = try await scratch.run("git model diff --recompute --stat")
        #expect(usage.exitCode == 2)
    }

    @Test func `What lies in the work tree is compared, added or not`() async throws {
        let scratch = try await TrainedModelSample.repository()
        let result = try await scratch.run(
            """
            git model diff --recompute
            cp ~/4 w/m.safetensors && git model diff && git model diff --recompute && git model diff --recompute -- nowhere
            rm w/m.safetensors && git model diff --recompute v2.0.0
            """,
            goesOn: true
        )
        #expect(result.output.ranges(of: "No artifact differs").count == 1)
        #expect(
            result.output.contains("  what changed inside is not known: it was not added yet\n"),
            "\(result.output)"
        )
        #expect(result.output.contains("changed  layer.0  f32 [30000]  "))
        #expect(
            result.output.contains(
                "warning: w/m.safetensors is not as it was added: what lies in the work tree is compared"
            )
        )
        #expect(result.output.ranges(of: "small@v2.0.0 → work tree").count == 1 && result.exitCode == 0)
        #expect(result.output.contains("error: nowhere is no artifact"))
    }

    @Test func `A clone fetches the bytes, unless it may not`() async throws {
        let scratch = try await TrainedModelSample.repository()
        let result = try await scratch.run(
            """
            git clone -q . ~/review && cd ~/review
            git model diff --recompute --no-fetch v1.0.0 v2.0.0; echo "exit $?"
            git model diff --recompute v1.0.0 v2.0.0; echo "exit $?"
            mv ~/models ~/gone && git model diff --recompute v1.0.0 v3.0.0; echo "exit $?"
            """,
            goesOn: true
        )
        let parts = result.output.split(separator: "exit ").map(String.init)
        try #require(parts.count == 4)
        #expect(parts[0].contains("error: w/m.safetensors: the bytes of ") && parts[0].contains(" are not here"))
        #expect(parts[1].hasPrefix("3\n") && parts[1].contains("changed  layer.1  f32 [30000]  "))
        #expect(parts[2].hasPrefix("0\n") && parts[2].contains("error: w/m.safetensors: "))
        #expect(parts[3].hasPrefix("3\n"))
        #expect(!result.output.contains("No artifact differs") && !parts[2].contains("unchanged"))
    }

    @Test func `A forged comparison and a forged manifest are found out`() async throws {
        let scratch = try await TrainedModelSample.repository()
        try Forgery(of: Pointer(parsing: try scratch.read("w/m.safetensors.mver")), in: scratch.path).commit()
        let result = try await scratch.run(
            """
            git model diff v2.0.0 v3.0.0; echo "exit $?"
            git model diff --recompute v2.0.0 v3.0.0; echo "exit $?"
            git model diff --recompute --json v2.0.0 v3.0.0; echo "exit $?"
            git model diff --recompute --md v2.0.0 v3.0.0; echo "exit $?"
            """,
            goesOn: true
        )
        let parts = result.output.split(separator: "exit ").map(String.init)
        try #require(parts.count == 5)
        #expect(
            parts[1].hasPrefix("0\n")
                && parts[1].contains("  not so: layer.0: its author gives changed elements as 1.0, ")
        )
        #expect(parts[1].contains("  not so: layer.0: the manifest of the later version gives mean as 7.0, "))
        #expect(parts[2].hasPrefix("4\n") && parts[2].contains(#""outcome":"verification-failed""#))
        #expect(parts[2].contains(#""contradictions":[{"clause":"#) && parts[2].contains(#""name":"layer.0""#))
        #expect(parts[3].hasPrefix("4\n") && parts[3].contains("is not so") && parts[4].hasPrefix("4\n"))
    }

    @Test func `Other types and values that are no numbers show`() async throws {
        let scratch = try await ScratchRepository()
        var model = SafetensorsBytes([("embedding", 120_000), ("layer.0", 30_000)], seed: 1)
        try scratch.write(model.bytes, to: "../1")
        try scratch.write(Narrowed(model).bytes, to: "../2")
        model.tensors[1].values[3] = .nan
        model.tensors[1].values[4] = .infinity
        try scratch.write(model.bytes, to: "../3")
        let result = try await scratch.run(
            """
            git model init -q --name small && git commit -qm 'Set up'
            for version in 1 2 3; do
                cp ~/$version m.safetensors && git model add -q m.safetensors && git commit -qm $version
                git model tag -q v$version.0.0
            done
            git model diff v1.0.0 v2.0.0 && echo ---- && git model diff --recompute v1.0.0 v2.0.0 && echo ----
            git model diff --recompute v1.0.0 v3.0.0 && git model diff --recompute --json v1.0.0 v3.0.0
            """
        ).expectSuccess()
        let parts = result.output.split(separator: "----\n").map(String.init)
        try #require(parts.count == 3)
        #expect(parts[0].contains("retyped  layer.0") && !parts[0].contains("relative L2"))
        let line = try #require(parts[1].split(separator: "\n").first { $0.contains("retyped  layer.0") })
        #expect(line.contains("f32 [30000] → bf16 [30000]") && line.contains(" %  "))
        #expect(parts[2].contains("NaN 0 → 1, Inf 0 → 1\n"))
        #expect(parts[2].contains(#""after":{"infinities":1,"notNumbers":1,"shape":[30000],"type":"f32"}"#))
    }
}

extension RecomputeTests {
    @Test func `Which tensors a file of no known format has is only its manifest's word`() async throws {
        let scratch = try await ScratchRepository()
        for number in 1...2 {
            var random = PseudoRandom(seed: UInt64(number))
            try scratch.write(random.bytes(400_000), to: "../\(number)")
        }
        try await scratch.run(
            """
            git model init -q --name small && git commit -qm 'Set up' && mkdir w
            for version in 1 2; do
                cp ~/$version w/m.bin && git model add -q w/m.bin && git commit -qm $version
                git model tag -q v$version.0.0
            done
            """
        ).expectSuccess()
        try Forgery(of: Pointer(parsing: try scratch.read("w/m.bin.mver")), in: scratch.path).name("weight")
        let result = try await scratch.run(
            "git model diff --recompute v1.0.0 v2.0.0; echo \"exit $?\"",
            goesOn: true
        )
        let problem = "error: w/m.bin: only the manifest of the later version says which tensors it has: "
        #expect(result.output.contains(problem) && result.output.contains("exit 3\n"), "\(result.output)")
    }
}

/// What somebody who can write to a store may claim of the object that a pointer names.
private struct Forgery {
    private let store: LocalStore
    private let pointer: Pointer

    init(of pointer: Pointer, in repository: FilePath) throws {
        self.pointer = pointer
        store = try LocalStore(repository.pushing(".git/model/store"))
    }

    /// Adds a comparison in which less changed, and a manifest with another mean.
    func commit() throws {
        try publish(try comparison.encodedParts().map { ($0, .comparison) } + [(try manifest.encoded, .manifest)])
    }

    /// Adds a manifest by which all the bytes are one tensor.
    func name(_ tensor: String) throws {
        let honest = try #require(try store.manifest(of: pointer))
        guard case .segments(let segments) = honest.content else {
            Issue.record("\(honest.content)")
            return
        }
        var frames: [FrameReference] = []
        for case .frames(let references) in segments.map(\.content) { frames += references }
        let segment = Segment(name: tensor, type: .u8, shape: [pointer.size], content: .frames(frames))
        let lie = Manifest(oid: honest.oid, size: honest.size, layout: "", note: "", content: .segments([segment]))
        try publish([(lie.encoded, .manifest)])
    }

    private func publish(_ entries: [(bytes: [UInt8], kind: ObjectEntry.Kind)]) throws {
        let frames = FrameIngest(store)
        var worker = FrameWorker(store)
        for (bytes, kind) in entries {
            let frame = try ManifestIngest(frames: frames).put(bytes, worker: &worker)
            frames.remember(ObjectEntry(oid: pointer.oid, frame: frame.id, size: pointer.size, kind: kind))
        }
        var contents = IndexContents()
        for pack in try frames.finish() { contents.add(pack) }
        for object in frames.remembered { contents.add(object) }
        try store.publish(contents)
    }

    private var comparison: ObjectComparison {
        get throws {
            let honest = try #require(try store.comparisons(of: pointer.oid).last)
            let changes = honest.changes.map { change in
                var change = change
                if case .changed(let before, let after, .measured(var figures)) = change.kind {
                    (figures.changed, figures.distance) = (1, 1e-9)
                    change.kind = .changed(from: before, to: after, .measured(figures))
                }
                return change
            }
            return ObjectComparison(
                oid: honest.oid,
                size: honest.size,
                base: honest.base,
                unchangedCount: honest.unchangedCount,
                changes: changes
            )
        }
    }

    private var manifest: Manifest {
        get throws {
            let honest = try #require(try store.manifest(of: pointer))
            guard case .segments(var segments) = honest.content else { return honest }
            for position in segments.indices { segments[position].statistics?.mean = 7 }
            return Manifest(
                oid: honest.oid,
                size: honest.size,
                layout: honest.layout,
                note: honest.note,
                content: .segments(segments)
            )
        }
    }
}

/// A model whose tensors were written in half of their bytes.
private struct Narrowed {
    let bytes: [UInt8]

    init(_ model: SafetensorsBytes) {
        var (header, data): ([String], [UInt8]) = ([], [])
        for tensor in model.tensors {
            let start = data.count
            for value in tensor.values {
                withUnsafeBytes(of: UInt16(value.bitPattern >> 16).littleEndian) { data += $0 }
            }
            header.append(
                #""\#(tensor.name)":{"dtype":"BF16","shape":[\#(tensor.values.count)],"#
                    + #""data_offsets":[\#(start),\#(data.count)]}"#
            )
        }
        var text = Array("{\(header.joined(separator: ","))}".utf8)
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        bytes = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + data
    }
}
