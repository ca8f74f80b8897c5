import CZstd

/// zstd with the few settings that frames and planes are stored with.
///
/// One thread at a time may use a value.
struct ZstdCompressor: ~Copyable {
    /// How much is searched for matches; literals go through Huffman in any case.
    enum Search: CInt {
        /// None: the hash table is asked once in 128 KiB. For the planes of weights, in which matches are chance.
        case none = -131_072
        /// Little: level 1 is half as fast and stores weights, and code, no smaller (see decision 0003).
        case little = -1
        /// For long matches, as the zeros of deltas have; shorter ones cost the literals more than they save.
        case some = 1
    }

    private let context: OpaquePointer
    private var search: Search?

    init() {
        guard let context = ZSTD_createCCtx() else { preconditionFailure("no memory for a zstd encoder") }
        self.context = context
        // ZSTD_c_literalCompressionMode = always, which negative levels leave off and weights live by. It has no stable
        // name; a zstd that refused it would only store more.
        _ = ZSTD_CCtx_setParameter(context, ZSTD_c_experimentalParam5, 1)
    }

    deinit {
        ZSTD_freeCCtx(context)
    }

    /// Compresses bytes into one zstd frame and returns its length; `nil` where it does not fit.
    ///
    /// With less room than bytes, zstd gives up as soon as the saving cannot be reached.
    mutating func compress(
        _ bytes: UnsafeRawBufferPointer,
        into room: UnsafeMutableRawBufferPointer,
        search: Search
    ) -> Int? {
        if self.search != search {
            let results = [
                ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, search.rawValue),
                // Zero is the level's own choice.
                ZSTD_CCtx_setParameter(context, ZSTD_c_minMatch, search == .some ? 7 : 0),
            ]
            precondition(results.allSatisfy { ZSTD_isError($0) == 0 }, "zstd has had negative levels since 1.3.4")
            self.search = search
        }
        let count = ZSTD_compress2(context, room.baseAddress, room.count, bytes.baseAddress, bytes.count)
        return ZSTD_isError(count) == 0 ? count : nil
    }
}
