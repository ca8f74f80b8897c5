import ModelCore
import SystemIO

/// Seals full packs on a thread of its own, so that nobody who fills packs waits for the disk.
///
/// Packs are sealed in the order in which they come, and get an index at once, so that a command that is interrupted
/// need not do it all again. Any thread may call it.
final class PackSealing: Sendable {
    /// The most packs that wait: each is an open file that the disk has not taken yet.
    private static let capacity = 4

    private struct State {
        var waiting: [FullPack] = []
        /// Whether a thread is sealing.
        var isBusy = false
        var failure: StoreError?
        var sealed: Set<Digest> = []
    }

    private let store: LocalStore
    /// How many packs are sealed at a time.
    private let count: Int
    private let monitor = Monitor(State())

    /// The packs that were sealed so far.
    var sealed: Set<Digest> { monitor.update { $0.sealed } }

    /// Seals packs one by one, or in pairs: a pair is named at the price of one, but the first has to wait for the
    /// second.
    init(_ store: LocalStore, inPairs: Bool) {
        self.store = store
        count = inPairs ? 2 : 1
    }

    /// Hands over a pack that takes no more frames, sleeping while too many wait; fails where an earlier one could not
    /// be sealed.
    func add(_ pack: FullPack) throws(StoreError) {
        let (failure, starts) = monitor.wait { [count] state -> (StoreError?, Bool)? in
            if let failure = state.failure { return (failure, false) }
            guard state.waiting.count < PackSealing.capacity else { return nil }
            state.waiting.append(pack)
            guard state.waiting.count >= count, !state.isBusy else { return (nil, false) }
            state.isBusy = true
            return (nil, true)
        }
        if let failure { throw failure }
        if starts { WorkerThread.start { self.sealFull() } }
    }

    /// Seals what waits, and then `last`, on this thread, and returns it: the only packs without an index.
    func finish(with last: [FullPack]) throws(StoreError) -> [SealedPack] {
        let waiting = try monitor.wait { state -> Result<[FullPack], StoreError>? in
            guard !state.isBusy else { return nil }
            if let failure = state.failure { return .failure(failure) }
            defer { state.waiting = [] }
            return .success(state.waiting)
        }.get()
        let rest = waiting + last
        var sealed: [SealedPack] = []
        for start in stride(from: 0, to: rest.count, by: count) { sealed += try seal(rest[start...].prefix(count)) }
        return sealed
    }

    /// Removes what waits; what a thread is sealing stays.
    func abandon() {
        monitor.update { $0.waiting = [] }
        monitor.wait { $0.isBusy ? nil : () }
    }

    /// Seals what waits until it is too little.
    private func sealFull() {
        while let packs = next() {
            do throws(StoreError) {
                var contents = IndexContents()
                for pack in try seal(packs) { contents.add(pack) }
                try store.publish(contents)
            } catch {
                monitor.update { state in
                    state.failure = error
                    state.waiting = []
                }
            }
        }
    }

    private func next() -> ArraySlice<FullPack>? {
        monitor.update { state in
            guard state.waiting.count >= count else {
                state.isBusy = false
                return nil
            }
            defer { state.waiting.removeFirst(count) }
            return state.waiting.prefix(count)
        }
    }

    /// Seals one pack, or two together.
    private func seal(_ packs: ArraySlice<FullPack>) throws(StoreError) -> [SealedPack] {
        do throws(IOError) {
            guard let first = packs.first?.take() else { return [] }
            let sealed: [SealedPack]
            if let second = packs.dropFirst().first?.take() {
                sealed = try PackBuilder.seal(first, second, in: store.root)
            } else {
                sealed = [try first.seal(in: store.root)]
            }
            monitor.update { $0.sealed.formUnion(sealed.map(\.id)) }
            return sealed
        } catch { throw .io(error) }
    }
}
