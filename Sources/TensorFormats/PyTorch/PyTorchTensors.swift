import ModelCore

/// Finds the tensors of a pickle, and names each storage after the first one in it.
///
/// A name is the way from the pickle's value to the tensor, joined by full stops: keys of dictionaries, positions in
/// lists and tuples, attributes of objects. `_parameters`, `_buffers` and `_modules`, between which a pickled module
/// divides its attributes, are left out, so that names are those of its `state_dict()`. Each object is visited once.
struct PyTorchTensors {
    private static let hiddenKeys: Set<String> = ["_parameters", "_buffers", "_modules"]
    private static let maximumDepth = 256
    /// The most bytes of all names together.
    private static let maximumNamesByteCount = 64 << 20

    /// The storages by key.
    private(set) var storages: [String: PyTorchStorage] = [:]
    private let pickle: PickleContents
    private var keys: [Int: String] = [:]
    private var visited: [Bool]
    private var path: [PickleValue] = []
    private var positions: [Int] = []
    private var namesByteCount = 0

    /// Reads the storages and, where the pickle was understood to its end, names them.
    init(_ pickle: PickleContents) throws(Refusal) {
        self.pickle = pickle
        visited = [Bool](repeating: false, count: pickle.objects.count)
        for number in pickle.persistentObjects {
            guard let storage = try PyTorchStorage(pickle.objects[number], in: pickle) else { continue }
            guard storages[storage.key]?.isSame(as: storage) ?? true else {
                throw .odd("storage \(storage.key.quoted) has two types or sizes")
            }
            keys[number] = storage.key
            storages[storage.key] = storage
        }
        if let value = pickle.value { try visit(value, depth: 0) }
    }

    private mutating func visit(_ value: PickleValue, depth: Int) throws(Refusal) {
        guard case .object(let reference) = value, depth < PyTorchTensors.maximumDepth else { return }
        let number = Int(reference)
        guard !visited[number] else { return }
        visited[number] = true
        let object = pickle.objects[number]
        switch object.kind {
        case .global: return
        case .persistent:
            guard let key = keys[number] else { return }
            let name = name()
            storages[key]?.name(name)
        case .tuple, .list, .set: try visit(elements: object.elements[...], depth: depth)
        case .dictionary: break
        case .call: try visit(call: object, depth: depth)
        }
        try visit(items: object.items, depth: depth)
        try visit(object.state, depth: depth + 1)
    }

    private mutating func visit(elements: ArraySlice<PickleValue>, depth: Int) throws(Refusal) {
        for position in elements.indices {
            path.append(.integer(Int64(position)))
            try visit(elements[position], depth: depth + 1)
            path.removeLast()
        }
    }

    private mutating func visit(items: [PickleValue], depth: Int) throws(Refusal) {
        for position in stride(from: 0, to: items.count - 1, by: 2) {
            path.append(items[position])
            try visit(items[position + 1], depth: depth + 1)
            path.removeLast()
        }
    }

    private mutating func visit(call: PickleObject, depth: Int) throws(Refusal) {
        // A list that grew elements of its own; the first two are the function and its arguments.
        try visit(elements: call.elements.dropFirst(2), depth: depth)
        guard let arguments = pickle.object(call.elements[1])?.elements else { return }
        let function = pickle.global(call.elements[0]) ?? ""
        if function == "torch._tensor._rebuild_from_type_v2", arguments.count >= 4 {
            try visit(function: pickle.global(arguments[0]) ?? "", arguments: arguments[2], depth: depth)
            return try visit(arguments[3], depth: depth + 1)
        }
        try visit(function: function, arguments: call.elements[1], depth: depth)
    }

    private mutating func visit(function: String, arguments: PickleValue, depth: Int) throws(Refusal) {
        guard let elements = pickle.object(arguments)?.elements else { return }
        if PyTorchGlobals.tensorFunctions.contains(function), let (key, view) = view(elements) {
            let name = storages[key]?.first == nil ? self.name() : ""
            try storages[key]?.add(view) { name }
            return try visit(elements: elements.dropFirst(4), depth: depth)
        }
        if PyTorchGlobals.parameterFunctions.contains(function) || elements.count == 1, let first = elements.first {
            try visit(first, depth: depth + 1)
            return try visit(elements: elements.dropFirst(), depth: depth)
        }
        try visit(elements: elements[...], depth: depth)
    }

    /// Returns the storage and the view of a tensor; `nil` where the arguments are others than PyTorch writes.
    private func view(_ arguments: [PickleValue]) -> (key: String, view: PyTorchView)? {
        guard arguments.count >= 4, case .object(let number) = arguments[0], let key = keys[Int(number)],
            let offset = pickle.integer(arguments[1]),
            let shape = pickle.integers(arguments[2], atMost: TensorLayout.maximumRank),
            let strides = pickle.integers(arguments[3], atMost: TensorLayout.maximumRank)
        else { return nil }
        let type = arguments.count >= 7 ? pickle.global(arguments[6]).flatMap { PyTorchGlobals.types[$0] } : nil
        return (key, PyTorchView(offset: offset, shape: shape, strides: strides, type: type))
    }

    /// Returns the way to what is visited; empty where it is too long.
    private mutating func name() -> String {
        var name = ""
        for component in path {
            let text: String
            switch component {
            case .text:
                guard let key = pickle.text(component) else { return "" }
                text = key
            case .integer(let integer): text = "\(integer)"
            default: text = "?"
            }
            guard !PyTorchTensors.hiddenKeys.contains(text) else { continue }
            name += name.isEmpty ? text : "." + text
            guard name.utf8.count <= PickleContents.maximumTextByteCount else { return "" }
        }
        namesByteCount += name.utf8.count
        return namesByteCount <= PyTorchTensors.maximumNamesByteCount ? name : ""
    }
}
