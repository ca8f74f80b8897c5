import TestSupport

/// A model whose versions differ in one tensor each.
enum TrainedModelSample {
    /// Returns a repository with three versions, pushed to `~/models`; the file of each is `~/1` to `~/3`, and of a
    /// fourth `~/4`.
    ///
    /// The second version changed `layer.1`, those after it `layer.0`.
    static func repository() async throws -> ScratchRepository {
        let scratch = try await ScratchRepository()
        var model = SafetensorsBytes([("embedding", 80_000), ("layer.0", 30_000), ("layer.1", 30_000)], seed: 1)
        for number in 1...4 {
            try scratch.write(model.bytes, to: "../\(number)")
            model.train([number == 1 ? "layer.1" : "layer.0"], seed: UInt64(number))
        }
        try await scratch.run(
            """
            git model init -q --name small --remote ~/models && git commit -qm 'Set up' && mkdir w
            for version in 1 2 3; do
                cp ~/$version w/m.safetensors && git model add -q w/m.safetensors && git commit -qm $version
                git model tag -q v$version.0.0
            done
            git model push -q --all
            """
        ).expectSuccess()
        return scratch
    }
}
