import Deployment
import ModelCore
import Monitoring
import SystemIO
import SystemPackage

/// The releases in a target's directory, as a gateway needs them.
struct ReleaseDirectory: Sendable {
    /// What is where.
    let layout: TargetLayout

    /// The release that is current; `nil` where none is.
    func current() throws(GatewayError) -> ReleaseID? {
        do {
            guard try FileStatus.of(layout.current)?.kind == .symbolicLink else { return nil }
            let target = try SymbolicLink.target(of: layout.current)
            guard let release = ReleaseID(target.split(separator: "/").last ?? ""),
                layout.link(to: release) == target
            else { throw GatewayError.noRelease(layout.current) }
            return release
        } catch let error as GatewayError { throw error } catch {
            throw .configuration("\(error)")
        }
    }

    /// Reads what gets a part of the traffic beside a release; `nil` for nothing, and for what makes no sense.
    func canary(beside release: ReleaseID) -> Canary? {
        guard (try? FileStatus.of(layout.canary))?.kind == .regular,
            let bytes = try? DurableFile.read(layout.canary, limit: Canary.byteLimit),
            let canary = Canary(parsing: bytes), canary.release != release
        else { return nil }
        return canary
    }

    /// Reads the seal of a release, or what stands for it until it is sealed.
    func seal(of release: ReleaseID) throws(GatewayError) -> ReleaseSeal {
        let paths = [layout.seal(of: release), layout.provisionalSeal(of: release)]
        for path in paths {
            guard let bytes = try? DurableFile.read(path, limit: SealFile.byteLimit) else { continue }
            guard let seal = SealFile.seal(of: release, parsing: bytes) else {
                throw .release("\(release)", problem: "\(path) is no seal of it that this version of git-model reads")
            }
            guard !seal.plan.serve.isEmpty else {
                throw .release("\(release)", problem: "its model has no serve command")
            }
            return seal
        }
        throw .release("\(release)", problem: "there is no such release in \(layout.root)")
    }

    /// Reads the profile of the data that a release was trained on; `nil` where it has none.
    func profile(of seal: ReleaseSeal) throws(GatewayError) -> ReferenceProfile? {
        guard let text = seal.plan.reference else { return nil }
        do {
            let root = layout.files(of: seal.release)
            let path = try SafeRelativePath.resolve(root: root, components: RepositoryPath(text).components)
            return try ReferenceProfile(parsing: DurableFile.read(path, limit: ReferenceProfile.byteLimit))
        } catch {
            throw .release("\(seal.release)", problem: "its reference profile cannot be read: \(error)")
        }
    }
}
