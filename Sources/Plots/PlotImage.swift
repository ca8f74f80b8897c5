import ModelCore

/// A picture that a script left: PNG, JPEG, GIF, WebP or SVG.
package struct PlotImage: Sendable, Hashable {
    /// What the bytes are.
    package enum MediaType: String, Sendable, Encodable {
        case png = "image/png"
        case jpeg = "image/jpeg"
        case gif = "image/gif"
        case webp = "image/webp"
        case svg = "image/svg+xml"
    }

    /// Larger pictures are not shown, so that a page stays one that opens, in bytes.
    package static let byteLimit = 8 << 20
    /// How far into a text `<svg` may begin, behind declarations and comments, in bytes.
    private static let prologueLimit = 4096

    /// What the bytes are.
    package let mediaType: MediaType
    /// The bytes.
    package let bytes: [UInt8]

    /// Recognises a picture by its bytes; `nil` for anything else.
    package init?(_ bytes: [UInt8]) {
        guard let mediaType = MediaType(signatureOf: bytes) else { return nil }
        self.mediaType = mediaType
        self.bytes = bytes
    }

    /// Recognises a file's picture; `nil` for a file that has the name of none.
    ///
    /// Throws where the name promises a picture and the bytes are none, and for pictures that are too large.
    static func named(_ path: String, _ bytes: [UInt8]) throws(PlotError) -> PlotImage? {
        let suffixes = [".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"]
        let name = path.lowercased()
        guard suffixes.contains(where: { name.hasSuffix($0) }) else { return nil }
        guard bytes.count <= byteLimit else {
            throw PlotError(path, "it is larger than the \(byteLimit >> 20) MiB that a picture may have")
        }
        guard let image = PlotImage(bytes) else { throw PlotError(path, "it is no PNG, JPEG, GIF, WebP or SVG image") }
        return image
    }

    /// The picture as the source of an `img` element, which runs nothing that an SVG has in it and loads nothing it
    /// names.
    package var dataURI: String { "data:\(mediaType.rawValue);base64,\(bytes.base64)" }
}

extension PlotImage: Encodable {
    private enum Field: String, CodingKey {
        case mediaType, size
    }

    /// Writes what the picture is and its size in bytes, without the bytes.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Field.self)
        try fields.encode(mediaType, forKey: .mediaType)
        try fields.encode(bytes.count, forKey: .size)
    }
}

extension PlotImage.MediaType {
    /// Finds the type by the first bytes; `nil` for those of none.
    ///
    /// Source: https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern, and for SVG its root element.
    fileprivate init?(signatureOf bytes: [UInt8]) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: "GIF87a".utf8) || bytes.starts(with: "GIF89a".utf8) {
            self = .gif
        } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
            self = .webp
        } else if PlotImage.isSVG(bytes) {
            self = .svg
        } else {
            return nil
        }
    }
}

extension PlotImage {
    fileprivate static func isSVG(_ bytes: [UInt8]) -> Bool {
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        let start = text.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard start.first == UInt8(ascii: "<") else { return false }
        return String(decoding: start.prefix(prologueLimit), as: UTF8.self).contains("<svg")
    }
}
