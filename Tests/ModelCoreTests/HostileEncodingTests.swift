import ModelCore
import TestSupport
import Testing

/// Encodings that were cut or changed: they are refused, or are the one encoding of another value.
struct HostileEncodingTests {
    /// Returns the encoding cut at every byte and with a bit flipped in every byte.
    private static func variants(of name: String) throws -> [[UInt8]] {
        let bytes = try GoldenFile.bytes(name)
        return bytes.indices.flatMap { position in
            var flipped = bytes
            flipped[position] ^= 1 << (position % 8)
            return [Array(bytes.prefix(position)), flipped]
        }
    }

    @Test(arguments: GoldenTests.manifests.keys.sorted())
    func `A manifest that is cut or changed is refused, or is another manifest`(_ name: String) throws {
        for variant in try Self.variants(of: name) {
            do {
                let manifest = try variant.withUnsafeBytes { try Manifest(parsing: $0) }
                #expect(manifest.encoded == variant)
                if case .segments(let segments) = manifest.content {
                    #expect(segments.reduce(0) { $0 + $1.byteCount } == manifest.size)
                }
            } catch let error as FormatError {
                #expect(error.format == "manifest")
            }
        }
    }

    @Test func `A part that is cut or changed is refused, or covers as much`() throws {
        for variant in try Self.variants(of: "manifest-part.hex") {
            do {
                let segments = try variant.withUnsafeBytes {
                    try Manifest.segments(ofPart: $0, covering: 4_194_305)
                }
                #expect(Manifest.encodedPart(segments) == variant)
            } catch let error as FormatError {
                #expect(error.format == "manifest")
            }
        }
    }

    @Test func `A comparison that is cut or changed is refused, or is another comparison`() throws {
        for variant in try Self.variants(of: "comparison.hex") {
            do {
                let part = try variant.withUnsafeBytes { try ObjectComparison.Part(parsing: $0) }
                // One that says to be of several parts is not encoded as one.
                if part.count == 1 { #expect(part.comparison.encodedParts() == [variant]) }
            } catch let error as FormatError {
                #expect(error.format == "comparison")
            }
        }
    }

    @Test func `A listing that is cut or changed is refused, or is another listing`() throws {
        for variant in try Self.variants(of: "tree-listing") {
            do {
                #expect(try TreeListing(parsing: variant).encoded == variant)
            } catch {
                #expect(error.format == "tree listing")
            }
        }
    }

    @Test(arguments: ["file.mver", "tree.mver"])
    func `A pointer that is cut or changed is refused, or is another pointer`(_ name: String) throws {
        for variant in try Self.variants(of: name) {
            do {
                #expect(try Pointer(parsing: variant).encoded == variant)
            } catch {
                // Refusing is right.
            }
        }
    }

    @Test func `JSON that is cut or changed is refused, or is read as what it is written as`() throws {
        for variant in try Self.variants(of: "machine-written.json") {
            do {
                let value = try JSONValue(parsing: variant)
                #expect(try JSONValue(parsing: value.encoded) == value)
            } catch {
                #expect(error.format == "JSON")
            }
        }
    }

    /// Counts and lengths far beyond the bytes that follow, as varints.
    static let beyond: [(String, [UInt8])] = [
        ("number of segments", [0xff, 0xff, 0xff, 0x01]),
        ("number of segments over its limit", [0xff, 0xff, 0xff, 0xff, 0x0f]),
        ("length of a name", [1, 0, 0xff, 0xff, 0x03]),
        ("length of a name over its limit", [1, 0, 0xff, 0xff, 0xff, 0xff, 0x7f]),
        ("rank", [1, 0, 0, 0, 0xff, 0xff, 0x03]),
        ("dimension without an end", [1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ("length of inline bytes", [1, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        ("number of frames", [1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0xff, 0x7f]),
        ("number of frames over its limit", [1, 0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    ]

    @Test(arguments: beyond)
    func `Counts far beyond what follows are refused`(what: String, tail: [UInt8]) {
        var bytes = Array("gmmanif\n".utf8) + [1, 3]
        bytes += tail
        #expect(throws: FormatError.self, "\(what)") {
            try bytes.withUnsafeBytes { try Manifest.segments(ofPart: $0, covering: .max) }
        }
    }
}
