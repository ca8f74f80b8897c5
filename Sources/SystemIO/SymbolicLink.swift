package import SystemPackage

/// Symbolic links as values: their target's text, never what it leads to.
package enum SymbolicLink {
    private static let longestChain = 16

    /// Returns a link's target; a target that is not UTF-8 is an error.
    package static func target(of path: FilePath) throws(IOError) -> String {
        var capacity = 256
        while true {
            let result = try withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) {
                buffer -> Result<String?, IOError> in
                Result { () throws(IOError) in try read(path, into: buffer) }
            }.get()
            if let result { return result }
            capacity *= 4
        }
    }

    /// Returns the path below a root of what a path below it is or leads to, whatever is on the way a link or not;
    /// `nil` where a link leads out, to nothing that is there, or too far.
    ///
    /// `isLink` says of a path below the root whether a link is there, or something else; `nil` is nothing that counts.
    package static func destination(
        of path: String,
        below root: FilePath,
        isLink: (_ path: String) -> Bool?
    ) throws(IOError) -> String? {
        var path = path
        for _ in 0..<longestChain {
            guard let leadsOn = isLink(path) else { return nil }
            guard leadsOn else { return path }
            let next = FilePath(try SymbolicLink.target(of: root.appending(path)))
            path = FilePath(path).removingLastComponent().pushing(next).lexicallyNormalized().string
        }
        return nil
    }

    /// Reads a target; `nil` when it may have been cut at the buffer's end.
    private static func read(_ path: FilePath, into buffer: UnsafeMutableBufferPointer<CChar>) throws(IOError)
        -> String?
    {
        let count = try IOError.naming(.readLink, path) { () throws(Errno) in
            try SystemCall.readLink(path, into: buffer)
        }
        guard count < buffer.count else { return nil }
        let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw IOError(.readLink, path, .illegalByteSequence)
        }
        return text
    }

    /// Puts a link at a path, over a file or link that is there, in one step.
    package static func write(target: String, to path: FilePath) throws(IOError) {
        let temporary = TemporaryFile.path(beside: path)
        try IOError.naming(.createLink, path) { () throws(Errno) in
            try SystemCall.createLink(target: target, at: temporary)
        }
        do {
            try SystemCall.rename(temporary, to: path)
        } catch {
            try? SystemCall.remove(temporary)
            throw IOError(.createLink, path, error)
        }
    }
}
