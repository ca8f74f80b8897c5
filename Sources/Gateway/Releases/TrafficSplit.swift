/// Which release gets a request: all but a share goes to the main one, and callers with the same key get the same one.
package struct TrafficSplit: Sendable, Equatable {
    /// The share of the traffic that the other release gets, from 0 to 100.
    package let percent: Int

    /// Creates a split by percent.
    package init(percent: Int) { self.percent = min(max(percent, 0), 100) }

    /// Returns whether a request goes to the other release; without a key, chance decides.
    package func isOther(key: String?) -> Bool {
        if percent == 0 { return false }
        if percent == 100 { return true }
        guard let key else { return Int.random(in: 0..<100) < percent }
        return TrafficSplit.place(of: key) < percent
    }

    /// Where a key is among 100, the same in every gateway: FNV-1a (64 bits), its bits mixed as short keys differ in
    /// few.
    static func place(of key: String) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in key.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return Int((hash ^ (hash >> 33)) % 100)
    }
}
