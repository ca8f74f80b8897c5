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

    /// Returns the frames that a tensor's may be stored as differences to.
    func frames(of tensor: Tensor) -> [FrameReference] {
        catalog.frames(of: TensorForm(type: tensor.type, shape: tensor.shape), named: tensor.name, inFile: file)
    }

    /// Returns the counterparts of the file's tensors in the version to compare with, `nil` for what is no tensor;
    /// nothing at all where there is no such version.
    func counterparts(of tensors: [Tensor?]) -> [(position: Int, segment: Segment)?] {
        guard let earlier = catalog.earlier else { return [] }
        let positions = earlier.counterparts(ofTensors: tensors.map { $0?.name ?? "" }, inFile: file)
        return positions.map { position in position.map { ($0, earlier.tensors[$0].segment) } }
    }
}
