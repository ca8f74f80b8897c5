/// Something around a run that is not as it was around an earlier one.
package struct EnvironmentDifference: Sendable, Hashable, Encodable {
    /// What sort of thing it is.
    package enum Kind: String, Sendable, Encodable {
        /// What the packages come from.
        case source
        case image, python, package, lock, variable, system, processor, accelerator
    }

    /// What sort of thing it is.
    package let kind: Kind
    /// The name of the package, file or variable; of the others, what it is.
    package let name: String
    /// What it was; `nil` where it was not there.
    package let before: String?
    /// What it is; `nil` where it is not there.
    package let after: String?
}

extension RunEnvironment {
    /// Returns what is different here from an earlier environment; the lists of packages are compared where both are
    /// known.
    package func differences(
        from earlier: RunEnvironment,
        packages: PackageList?,
        earlierPackages: PackageList?
    ) -> [EnvironmentDifference] {
        var found = EnvironmentDifferences()
        found.add(.source, "packages", earlier.kind.rawValue, kind.rawValue)
        found.add(.image, "image", earlier.image, image)
        found.add(.python, "python", earlier.python?.title, python?.title)
        if let packages, let earlierPackages {
            found.add(.package, earlierPackages.versions, packages.versions)
        } else {
            found.add(.package, RunDirectory.packagesName, earlier.packages?.oid, self.packages?.oid)
        }
        found.add(.lock, earlier.locks, locks)
        found.add(.variable, earlier.variables, variables)
        found.add(.system, "system", earlier.system, system)
        found.add(.processor, "architecture", earlier.architecture, architecture)
        found.add(.processor, "count", earlier.processors.map(String.init), processors.map(String.init))
        found.add(.accelerator, "devices", earlier.devices, devices)
        found.add(.accelerator, "cuda", earlier.cuda, cuda)
        return found.all
    }

    private var devices: String? { accelerators.isEmpty ? nil : accelerators.joined(separator: ", ") }
}

extension RunEnvironment.Python {
    fileprivate var title: String { "\(implementation) \(version)" }
}

/// What was found so far.
private struct EnvironmentDifferences {
    var all: [EnvironmentDifference] = []

    mutating func add(_ kind: EnvironmentDifference.Kind, _ name: String, _ before: String?, _ after: String?) {
        guard before != after else { return }
        all.append(EnvironmentDifference(kind: kind, name: name, before: before, after: after))
    }

    mutating func add(_ kind: EnvironmentDifference.Kind, _ before: [String: String], _ after: [String: String]) {
        for name in Set(before.keys).union(after.keys).sorted() { add(kind, name, before[name], after[name]) }
    }
}
