import Documents
import ModelCore

extension FuzzTarget {
    /// Documents that people write: whatever is read can be written as JSON.
    static let documents: [FuzzTarget] = [
        FuzzTarget(name: "TOML", seeds: tomls) { bytes in
            guard let value = try? TOMLReader.value(of: bytes) else { return }
            try require(value.object != nil, "it is no object")
            try require(
                try JSONValue(parsing: value.encoded, allowsNonFinite: true) == value,
                "it is written as another value"
            )
        }
    ]

    private static let tomls: [[UInt8]] = [
        "lr = 1e-3\nseed = 0xff\n[model]\nhead.dropout = 0.5\n[[model.stages]]\nwidth = 8\nat = 1979-05-27 07:32:00Z\n",
        "a = \"\\u00e9\\\"\" # c\nb = '''\nx''''\nc = \"\"\"\\\n  y\"\"\"\nd = [1, {x.y = inf, z = []},]\n",
        "[[[[[[[[[[", "a = [[[[[[[[{b={c={d=", "a.b.c.d.e.f = 1\n[a.b.c]\n", "x = \"\\UFFFFFFFF\"",
        "a = -nan\nb = +0_0",
        "[a]\n[a.b]\n[[a.b.c]]\n[a.b.c.d]\n[[a.b.c]]\n",
    ].map { Array($0.utf8) }
}
