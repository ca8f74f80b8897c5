/// The opcodes of pickles, by their names in CPython's `Lib/pickletools.py`.
enum PickleOpcode {
    static let mark = UInt8(ascii: "("), stop = UInt8(ascii: "."), pop = UInt8(ascii: "0")
    static let popMark = UInt8(ascii: "1"), dup = UInt8(ascii: "2")
    static let none = UInt8(ascii: "N"), newTrue: UInt8 = 0x88, newFalse: UInt8 = 0x89
    static let int = UInt8(ascii: "I"), long = UInt8(ascii: "L"), float = UInt8(ascii: "F")
    static let binInt = UInt8(ascii: "J"), binInt1 = UInt8(ascii: "K"), binInt2 = UInt8(ascii: "M")
    static let long1: UInt8 = 0x8A, long4: UInt8 = 0x8B, binFloat = UInt8(ascii: "G")
    static let string = UInt8(ascii: "S"), unicode = UInt8(ascii: "V")
    static let binString = UInt8(ascii: "T"), shortBinString = UInt8(ascii: "U")
    static let binUnicode = UInt8(ascii: "X"), shortBinUnicode: UInt8 = 0x8C, binUnicode8: UInt8 = 0x8D
    static let binBytes = UInt8(ascii: "B"), shortBinBytes = UInt8(ascii: "C"), binBytes8: UInt8 = 0x8E
    static let byteArray8: UInt8 = 0x96
    static let emptyList = UInt8(ascii: "]"), list = UInt8(ascii: "l"), append = UInt8(ascii: "a")
    static let appends = UInt8(ascii: "e")
    static let emptyTuple = UInt8(ascii: ")"), tuple = UInt8(ascii: "t")
    static let tuple1: UInt8 = 0x85, tuple2: UInt8 = 0x86, tuple3: UInt8 = 0x87
    static let emptyDictionary = UInt8(ascii: "}"), dictionary = UInt8(ascii: "d")
    static let setItem = UInt8(ascii: "s"), setItems = UInt8(ascii: "u")
    static let emptySet: UInt8 = 0x8F, addItems: UInt8 = 0x90, frozenSet: UInt8 = 0x91
    static let get = UInt8(ascii: "g"), binGet = UInt8(ascii: "h"), longBinGet = UInt8(ascii: "j")
    static let put = UInt8(ascii: "p"), binPut = UInt8(ascii: "q"), longBinPut = UInt8(ascii: "r")
    static let memoize: UInt8 = 0x94, proto: UInt8 = 0x80, frame: UInt8 = 0x95
    static let global = UInt8(ascii: "c"), stackGlobal: UInt8 = 0x93
    static let instance = UInt8(ascii: "i"), object = UInt8(ascii: "o")
    static let newObject: UInt8 = 0x81, newObjectKeywords: UInt8 = 0x92
    static let reduce = UInt8(ascii: "R"), build = UInt8(ascii: "b"), persistentID = UInt8(ascii: "Q")
}
