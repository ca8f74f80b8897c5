import Migration
import ModelCore

extension FuzzTarget {
    /// Files of tools that people come from: what they name is inside the repository, or an error says why not.
    static let migration: [FuzzTarget] = [
        FuzzTarget(name: "DVC file", seeds: stages) { bytes in
            guard let found = try? DVCOutputs(stage: bytes, at: RepositoryPath("a/b.dvc")) else { return }
            try require(
                found.outputs.allSatisfy { (try? RepositoryPath($0.path.text)) != nil },
                "a path leads elsewhere"
            )
        },
        FuzzTarget(name: "dvc.lock", seeds: locks) { bytes in
            _ = try? DVCOutputs(lock: bytes, pipeline: bytes, at: RepositoryPath("dvc.lock"))
        },
        FuzzTarget(name: "dvc.yaml", seeds: pipelines) { bytes in
            guard let found = try? DVCReports(parsing: bytes, at: RepositoryPath("a/dvc.yaml")) else { return }
            let paths = found.metrics + found.parameters
            try require(paths.allSatisfy { (try? RepositoryPath($0.text)) != nil }, "a path leads elsewhere")
        },
        FuzzTarget(name: "DVC manifest", seeds: manifests) { bytes in
            guard let manifest = try? DVCManifest(parsing: bytes, .md5) else { return }
            let again = try DVCManifest(parsing: manifest.encoded, .md5)
            try require(again.files == manifest.files, "it is written as another manifest")
        },
        FuzzTarget(name: "DVC configuration", seeds: configurations) { bytes in
            var configuration = DVCConfiguration()
            configuration.read(bytes) { "/r/" + $0 }
            _ = configuration.remotes.map(\.directory)
        },
        FuzzTarget(name: "pointer of Git LFS", seeds: lfsPointers) { bytes in
            guard let pointer = try? LFSPointer(parsing: bytes) else { return }
            try require(pointer.size >= 0 && bytes.count < LFSPointer.byteLimit, "it has a size that no file has")
        },
        FuzzTarget(name: "map of imports", seeds: maps) { bytes in
            guard let map = try? ImportMap(parsing: bytes) else { return }
            try require(try ImportMap(parsing: map.encoded) == map, "it is written as another map")
        },
        FuzzTarget(name: "meta.yaml of MLflow", seeds: mlflowRuns) { bytes in
            guard let fields = try? MLflowFields(yaml: bytes) else { return }
            if let run = try? MLflowRunFacts(info: fields) { try require(!run.id.isEmpty, "a run has no id") }
            if let version = try? MLflowModelVersion(fields) { _ = version.places.map { MLflowPlace($0) } }
        },
        FuzzTarget(name: "export of MLflow", seeds: exports) { bytes in
            _ = try? MLflowRunExport(parsing: bytes)
            guard let model = try? MLflowModel(export: bytes) else { return }
            let numbers = model.versions.map(\.number)
            try require(numbers == Set(numbers).sorted(), "a version is there twice")
        },
    ]

    private static let md5 = "53d025127ae99ab79e8502aae2d9bea6"

    private static let stages = texts(
        "outs:\n- md5: \(md5)\n  size: 3\n  hash: md5\n  path: m.bin\n- md5: \(md5).dir\n  path: \"\\x2e./d\"\nwdir: ..\n",
        "a: &a [1, {b: !!binary c}]\nouts: [*a, {path: ../../x, md5: \(md5)}]\n",
        "outs: >-\n  x\n  y\n",
        "[[[[[[[[{{{{{{",
        "? &a [*a]\n: - |+\n  x\n",
        "\u{FEFF}%TAG ! x\n---\n'it''s': \"\\U0001F600\"\n...\n"
    )
    private static let locks = texts(
        "schema: '2.0'\nstages:\n  a@1:\n    outs:\n    - {path: x, md5: \(md5), hash: md5}\n  a:\n    wdir: x\n    outs: [{x: {cache: false}}]\n"
    )
    private static let pipelines = texts(
        "metrics: [m.json, {../n.yaml: {cache: false}}]\nparams: [p.yaml]\n"
            + "stages:\n  t: &t {wdir: w, metrics: [{m.json: ~}, '${x}'], params: [lr, {q.yaml: [a]}]}\n  u: {do: *t}\n"
    )
    private static let manifests = texts(
        #"[{"md5": "\#(md5)", "relpath": "a/\u00e9\ud83d\ude00"}, {"md5": "\#(md5)", "relpath": "b"}]"#
    )
    private static let configurations = texts(
        "[core]\n remote = a\n['remote \"a\"']\n url = ../x\n[\"'\"]\n=\n[cache]\ndir='\n]"
    )
    private static let lfsPointers = texts(
        "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "4d", count: 32))\nsize 12345\n"
    )
    private static let maps = texts(
        #"{"format": 1, "md5": {"\#(md5)": {"kind": "file", "oid": "sha256:\#(String(repeating: "4d", count: 32))", "size": 3}}}"#
    )

    private static let mlflowRuns = texts(
        "run_id: \(md5)\nstatus: 3\nstart_time: 1795718943716\nlifecycle_stage: active\ntags: []\n",
        "name: bert\nversion: 2\nsource: file:///x/\(md5)/artifacts/../../m\ncurrent_stage: None\naliases: {a: '1'}\n"
    )
    private static let exports = texts(
        #"{"mlflow": {"info": {"run_id": "r"}, "metrics": {"a": [{"value": NaN, "step": "1", "timestamp": 2}]}, "params": {}}}"#,
        #"{"mlflow": {"registered_model": {"name": "m", "versions": [{"name": "m", "version": "1", "tags": [{"key": "semver"}]}]}}}"#
    )

    private static func texts(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }
}
