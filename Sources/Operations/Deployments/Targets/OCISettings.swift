import Deployment
import ModelCore
import OCI

/// The keys of a target of the kind `oci`.
struct OCISettings: Sendable {
    private static let keys: Set<String> = ["to", "tag", "base", "entrypoint", "insecure", "form", "paths"]

    /// Where images are put: a repository of a registry, or a layout.
    let place: ImageReference
    /// The tag that means what is current.
    let tag: String
    /// The base image, as the user wrote it.
    let base: String?
    /// Everything else that says how a version becomes images.
    let plan: ImagePlan
    /// Whether the registry may be reached without TLS.
    let isInsecure: Bool

    /// Reads the keys; throws `TargetError` that names the one that is wrong.
    init(_ settings: TargetSettings) throws(TargetError) {
        try settings.requireKnown(DeploymentTarget.commonKeys.union(OCISettings.keys))
        let to = try settings.required("to", for: "images have to be put somewhere: HOST/REPOSITORY, or oci:PATH")
        do throws(ImageReferenceError) { place = try ImageReference(to) } catch {
            throw settings.problem("to", "is wrong: \(error)")
        }
        guard place.tag == nil, place.digest == nil else {
            throw settings.problem("to", "is \(QuotedPath.encode(to)): the tag has a key of its own, tag")
        }
        tag = settings.text("tag") ?? "current"
        guard ImageReference.isTag(tag + ReleaseImages.modelPackSuffix) else {
            throw settings.problem("tag", "is \(QuotedPath.encode(tag)), which is no tag")
        }
        isInsecure = try settings.flag("insecure", or: false)
        var plan = ImagePlan()
        if let text = settings.text("form") {
            guard let form = ImagePlan.Form(rawValue: text) else {
                let forms = ImagePlan.Form.allCases.map(\.rawValue).joined(separator: ", ")
                throw settings.problem("form", "is \(QuotedPath.encode(text)), which is none of \(forms)")
            }
            plan.form = form
        }
        if let text = settings.text("entrypoint") {
            guard let words = ShellWord.words(of: text), !words.isEmpty else {
                throw settings.problem("entrypoint", "is \(QuotedPath.encode(text)), which takes a shell to understand")
            }
            plan.entrypoint = words
        }
        base = settings.text("base")
        if let base, base != ImagePlan.captured {
            do { plan.base = try ImagePlan.requireDigest(base) } catch {
                throw settings.problem("base", "is wrong: \(error)")
            }
        }
        plan.isBaseInsecure = isInsecure && OCISettings.isSameHost(plan.base, place)
        self.plan = plan
    }

    /// Leave to go without TLS is for one host.
    static func isSameHost(_ one: ImageReference?, _ other: ImageReference) -> Bool {
        guard case .registry(let host, _)? = one?.place, case .registry(let own, _) = other.place else { return false }
        return host == own
    }
}
