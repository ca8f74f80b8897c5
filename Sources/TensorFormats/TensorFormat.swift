/// A file format whose tensors git-model finds.
///
/// The raw value is the `layout` of a manifest (`docs/formats.md`).
package enum TensorFormat: String, CaseIterable, Sendable {
    /// A JSON header and then the tensors, by Hugging Face.
    case safetensors
    /// GGML's model file, versions 2 and 3.
    case gguf
    /// What `torch.save` has written since PyTorch 1.6: a zip archive of a pickle and its storages.
    case pytorch
    /// One array of NumPy.
    case npy
    /// A zip archive of NumPy arrays.
    case npz
    /// The Open Neural Network Exchange's protocol buffer.
    case onnx
}
