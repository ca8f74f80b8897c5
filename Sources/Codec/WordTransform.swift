/// A reversible change of a word, with the base's word at the same place, that makes its planes cheap to store.
///
/// Everything is generic over the word and inlined into the loops of `PlaneSplit`, which vectorise only so.
protocol WordTransform {
    /// Whether the base's words matter; where they do not, nothing reads them.
    static var readsBase: Bool { get }

    /// Returns what is stored for a word.
    static func forward<Word: FixedWidthInteger & UnsignedInteger>(_ word: Word, base: Word) -> Word

    /// Returns the word that `forward` was given.
    static func inverse<Word: FixedWidthInteger & UnsignedInteger>(_ stored: Word, base: Word) -> Word
}

/// Leaves words as they are: for planes that are split from words transformed before.
enum Unchanged: WordTransform {
    @inline(__always)
    static var readsBase: Bool { false }

    @inline(__always)
    static func forward<Word: FixedWidthInteger & UnsignedInteger>(_ word: Word, base: Word) -> Word { word }

    @inline(__always)
    static func inverse<Word: FixedWidthInteger & UnsignedInteger>(_ stored: Word, base: Word) -> Word { stored }
}

/// Rotates the sign from above a float's exponent to below its mantissa, so that the exponent lies in whole bytes.
enum Rotation: WordTransform {
    @inline(__always)
    static var readsBase: Bool { false }

    @inline(__always)
    static func forward<Word: FixedWidthInteger & UnsignedInteger>(_ word: Word, base: Word) -> Word {
        word &<< 1 | word &>> Word(truncatingIfNeeded: Word.bitWidth &- 1)
    }

    @inline(__always)
    static func inverse<Word: FixedWidthInteger & UnsignedInteger>(_ stored: Word, base: Word) -> Word {
        stored &>> 1 | stored &<< Word(truncatingIfNeeded: Word.bitWidth &- 1)
    }
}

/// The wrapping difference of the rotated words, its sign folded into the lowest bit: small steps have zeros on top.
enum Difference: WordTransform {
    @inline(__always)
    static var readsBase: Bool { true }

    @inline(__always)
    static func forward<Word: FixedWidthInteger & UnsignedInteger>(_ word: Word, base: Word) -> Word {
        let difference = Rotation.forward(word, base: 0) &- Rotation.forward(base, base: 0)
        let sign: Word = 0 &- difference &>> Word(truncatingIfNeeded: Word.bitWidth &- 1)
        return difference &<< 1 ^ sign
    }

    @inline(__always)
    static func inverse<Word: FixedWidthInteger & UnsignedInteger>(_ stored: Word, base: Word) -> Word {
        let difference = stored &>> 1 ^ (0 &- (stored & 1))
        return Rotation.inverse(difference &+ Rotation.forward(base, base: 0), base: 0)
    }
}

/// The exclusive or of the rotated words: bits that did not change are zero.
enum ExclusiveOr: WordTransform {
    @inline(__always)
    static var readsBase: Bool { true }

    @inline(__always)
    static func forward<Word: FixedWidthInteger & UnsignedInteger>(_ word: Word, base: Word) -> Word {
        Rotation.forward(word ^ base, base: 0)
    }

    @inline(__always)
    static func inverse<Word: FixedWidthInteger & UnsignedInteger>(_ stored: Word, base: Word) -> Word {
        Rotation.inverse(stored, base: 0) ^ base
    }
}
