import ModelCore
import TensorFormats

/// What the tensors of one file may be stored as differences to, and what they are compared with.
struct FileBases: Sendable {
    private let catalog: BaseCatalog
    /// The file's path in its tree; empty where it is the artifact.
    private let file: String

    init(_ catalog: BaseCatalog = .empty, file: String = "") {
        self.catalog = catalog
        self.file = file
    }

    /// Whether there is an earlier version to compare with.
    var isCompared: Bool { catalog.earlier != nil }

    /// Returns the frames that a tensor's may be stored as differences to.
    func frames(of tensor: Tensor) -> [FrameReference] {
        catalog.frames(of: TensorForm(type: tensor.type, shape: tensor.shape), named: tensor.name, inFile: file)
    }

    /// Returns the tensor of the same name in the version to compare with.
    func counterpart(of tensor: Tensor) -> (position: Int, segment: Segment)? {
        guard let earlier = catalog.earlier,
            let position = earlier.counterpart(ofTensor: tensor.name, inFile: file)
        else { return nil }
        return (position, earlier.tensors[position].segment)
    }
}
