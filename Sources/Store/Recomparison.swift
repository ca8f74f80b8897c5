import Codec
package import ModelCore
package import SystemIO
import TensorFormats

/// Compares two versions of an artifact by their bytes, whatever was written down about them when they were added.
///
/// Reads only what differs, in stretches, on several threads. What comes out is, for types that stayed the same, what
/// `add` writes down, bit for bit; elements of two types are compared as the numbers that they are.
package struct Recomparison: Sendable {
    /// What was found of a tensor that was read.
    package struct Tensor: Sendable {
        /// Where it is in each version: the file of the tree, empty where the artifact is one, and the name.
        package let earlier: EarlierVersion.Place, later: EarlierVersion.Place
        /// What its values are like in each.
        package let before: TensorStatistics, after: TensorStatistics
    }

    /// What was found.
    package struct Outcome: Sendable {
        /// What became of the tensors.
        package let comparison: ObjectComparison
        /// Those that were read, and whose elements are numbers.
        package let tensors: [Tensor]
    }

    /// As many threads stay within 300 MiB, with both sides' frames at the end of the longest chains of differences.
    private static let threadLimit = 6

    private let store: LocalStore
    private let pool: WorkerPool
    private let cancellation: Cancellation
    private let progress: @Sendable (Int64) -> Void

    /// Creates a comparison by the bytes of `store`; `progress` gets the number of further bytes read of the later
    /// version, from any thread.
    package init(
        _ store: LocalStore,
        pool: WorkerPool,
        cancellation: Cancellation,
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) {
        self.store = store
        self.pool = pool
        self.cancellation = cancellation
        self.progress = progress
    }

    /// Compares two versions.
    package func run(from earlier: ComparedVersion, to later: ComparedVersion) async throws -> Outcome {
        let base = earlier.index
        let pairs = TensorPair.pairs(of: later, with: earlier, base, frameByteCount: store.sizes.frameByteCount)
        let stretches = pairs.indices.flatMap { index in pairs[index].stretches.map { (pair: index, stretch: $0) } }
        let found = try await pool.map(
            stretches.count,
            atMost: Recomparison.threadLimit,
            state: { [store] in PairReader(store) }
        ) { turn, reader in
            try self.cancellation.check()
            let (pair, stretch) = stretches[turn]
            let finding = try reader.measure(stretch, of: pairs[pair])
            self.progress(Int64(stretch.later.count))
            return finding
        }
        for file in earlier.files + later.files { try file.requireUnchanged() }
        var sums = [PairFinding?](repeating: nil, count: pairs.count)
        // In the order of the file, so that the number of threads changes nothing.
        for (stretch, finding) in zip(stretches, found) {
            sums[stretch.pair] = sums[stretch.pair]?.joined(with: finding) ?? finding
        }
        return Recomparison.outcome(of: pairs, sums, from: base, to: later)
    }

    private static func outcome(
        of pairs: [TensorPair],
        _ sums: [PairFinding?],
        from base: EarlierVersion,
        to later: ComparedVersion
    ) -> Outcome {
        var files = later.files.map { (name: $0.name, tensors: [ComparedTensor]()) }
        var tensors: [Tensor] = []
        for (pair, sum) in zip(pairs, sums) {
            files[pair.fileIndex].tensors.append(
                ComparedTensor(
                    name: pair.later.name,
                    form: pair.later.form,
                    counterpart: pair.position,
                    difference: pair.difference(sum)
                )
            )
            guard case .numbers(let measured) = sum, let position = pair.position else { continue }
            let counterpart = base.tensors[position]
            tensors.append(
                Tensor(
                    earlier: EarlierVersion.Place(file: counterpart.file, name: counterpart.segment.name),
                    later: EarlierVersion.Place(file: pair.laterFile.name, name: pair.later.name),
                    before: measured.baseStatistics.statistics,
                    after: measured.statistics.statistics
                )
            )
        }
        let pointer = later.pointer
        let comparison = base.comparison(of: pointer.oid, size: pointer.size, files: files)
        return Outcome(comparison: comparison, tensors: tensors)
    }
}
