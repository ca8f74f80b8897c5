package import ModelCore
package import SystemIO
package import SystemPackage

/// Why an operation on a store failed; every case names what it concerns.
package enum StoreError: Error, Sendable {
    /// There is no store at this path.
    case notFound(FilePath)
    /// A store that frames are read from beside another cannot be used.
    case unusableAlternate(FilePath, of: FilePath, reason: String)
    /// A file of the store is not what its format says.
    case damaged(FilePath, FormatError)
    /// The store or a file of it needs a newer git-model; the text names what is unknown.
    case needsNewerVersion(FilePath, String)
    /// No copy of a frame that the object needs is in the store.
    case missingFrame(Digest, object: Digest)
    /// The store has nothing about this object.
    case missingObject(Digest)
    /// Every copy of a frame that the object needs failed its check.
    case damagedFrame(Digest, object: Digest, pack: Digest)
    /// The object's bytes are not those that its name promises.
    case wrongObject(Digest, found: Digest)
    /// The object's bytes are right, but no tree's listing, though a pointer says that they are.
    case notAListing(Digest, FormatError)
    /// The object has more segments and frames than a manifest may list.
    case tooManyPieces(Digest)
    /// An artifact's file changed while it was read.
    case changedWhileRead(FilePath)
    /// Somebody wrote this file though the store's users were excluded.
    case writtenMeanwhile(FilePath)
    /// The frame just encoded did not decode to what was read.
    case encodingCheckFailed(Digest)
    /// The user interrupted the operation.
    case cancelled
    /// Another process holds a lock for too long.
    case locked(LockError)
    /// A path or the disk failed.
    case io(IOError)
}

extension StoreError {
    /// Whether the error says that a file's bytes are damaged or not understood, and not that it could not be read.
    package var isAboutContent: Bool {
        switch self {
        case .damaged, .needsNewerVersion: true
        default: false
        }
    }

    /// Whether the error says that what the store has of an object is not what it should be.
    package var isAboutDamage: Bool {
        switch self {
        case .damaged, .damagedFrame, .wrongObject, .notAListing: true
        default: false
        }
    }

    /// Whether the error says that a frame does not decode to its name.
    var isDamage: Bool { if case .damagedFrame = self { true } else { false } }

    /// Whether the error says only that something is not in the store, as in a store that was fetched in part.
    package var isAbsence: Bool {
        switch self {
        case .missingObject, .missingFrame: true
        case .io(let error): error.errno == .noSuchFileOrDirectory
        default: false
        }
    }
}

extension StoreError: CustomStringConvertible {
    /// One clause that names the object and what happened to it.
    package var description: String {
        switch self {
        case .notFound(let path): "there is no store at \(path)"
        case .unusableAlternate(let path, let store, let reason):
            "the store \(path), from which \(store) borrows, cannot be used: \(reason)"
        case .damaged(let path, let error): "\(path): \(error)"
        case .needsNewerVersion(let path, let what): "\(path) needs a newer git-model (\(what))"
        case .missingFrame(let frame, let object):
            "object \(object.abbreviated) lacks frame \(frame.abbreviated) in the store"
        case .missingObject(let object): "object \(object.abbreviated) is not in the store"
        case .damagedFrame(let frame, let object, let pack):
            "frame \(frame.abbreviated) of object \(object.abbreviated) is damaged in pack \(pack.abbreviated)"
        case .wrongObject(let object, let found):
            "object \(object.abbreviated) came out as \(found.abbreviated)"
        case .notAListing(let object, let error): "object \(object.abbreviated) is no tree: \(error)"
        case .tooManyPieces(let object):
            "object \(object.abbreviated) has more than \(SegmentList.maximumCount) segments and frames"
        case .changedWhileRead(let path): "\(path) changed while it was read"
        case .writtenMeanwhile(let path):
            "nothing was deleted: somebody who is not locked out, by SSH perhaps, wrote \(path) meanwhile"
        case .encodingCheckFailed(let frame): "frame \(frame.abbreviated) did not decode to what was read"
        case .cancelled: "interrupted"
        case .locked(let error): "\(error)"
        case .io(let error): "\(error)"
        }
    }
}
