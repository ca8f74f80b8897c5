package import ModelCore
import Runs

/// Reads features and predictions out of what a model is asked and answers.
///
/// Without paths these are MLflow's `dataframe_split`, `dataframe_records`, `instances` and `inputs`, CSV with a row of
/// names, and the tensors of the v2 protocol; and `predictions`, or the only list in it, or the first of `outputs`.
/// What has another form has no rows.
package struct PayloadReader: Sendable {
    /// Longer payloads are not read.
    package static let byteLimit = 16 << 20

    private let paths: PayloadPaths
    /// The names of the columns of rows that have none.
    private let columns: [String]

    /// Creates a reader of payloads whose rows, where they are lists, have these columns.
    package init(_ paths: PayloadPaths, columns: [String]) {
        self.paths = paths
        self.columns = columns
    }

    /// Reads the features of a request.
    package func features(in bytes: [UInt8]) -> PayloadTable {
        guard bytes.count <= PayloadReader.byteLimit else { return PayloadTable() }
        let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            guard let value = try? JSONValue(parsing: bytes, allowsNonFinite: true) else { return PayloadTable() }
            return features(in: value)
        }
        return paths.features == nil ? table(csv: bytes) : PayloadTable()
    }

    /// Reads the predictions of an answer.
    package func predictions(in bytes: [UInt8]) -> [FeatureValue] {
        guard bytes.count <= PayloadReader.byteLimit,
            let value = try? JSONValue(parsing: bytes, allowsNonFinite: true)
        else { return [] }
        return predictions(in: value)
    }

    /// Reads the features of a request.
    package func features(in value: JSONValue) -> PayloadTable {
        if let path = paths.features { return rows(selected(path.values(in: value))) }
        guard let fields = value.object else { return PayloadTable() }
        if let split = fields["dataframe_split"]?.object { return table(split: split) }
        if let records = fields["dataframe_records"]?.array { return rows(records) }
        if let instances = fields["instances"]?.array { return rows(instances) }
        guard let inputs = fields["inputs"] else { return PayloadTable() }
        if let columns = inputs.object { return table(columns: columns) }
        guard let items = inputs.array else { return PayloadTable() }
        let tensors = items.compactMap(PayloadTensor.init)
        return tensors.count == items.count && !items.isEmpty ? table(tensors: tensors) : rows(items)
    }

    /// Reads the predictions of an answer: numbers and texts as they are; of a row of several numbers, the place of the
    /// largest, from 0 on.
    package func predictions(in value: JSONValue) -> [FeatureValue] {
        let items: [JSONValue]
        if let path = paths.predictions {
            let found = path.values(in: value)
            items = found.count == 1 ? found[0].array ?? found : found
        } else if let list = value.object?["predictions"] {
            items = list.array ?? list.object.map(PayloadReader.onlyColumn) ?? [list]
        } else if let tensor = value.object?["outputs"]?.array?.first.flatMap(PayloadTensor.init) {
            return tensor.rows.prefix(PayloadTable.rowLimit).map { PayloadReader.prediction($0) }
        } else {
            return []
        }
        return items.prefix(PayloadTable.rowLimit).map { PayloadReader.prediction($0.array ?? [$0]) }
    }

    /// The only list among an object's members: of several nobody knows which is meant.
    private static func onlyColumn(of members: [String: JSONValue]) -> [JSONValue] {
        let columns = members.values.compactMap(\.array)
        return columns.count == 1 ? columns[0] : []
    }

    private static func prediction(_ row: [JSONValue]) -> FeatureValue {
        if row.count == 1 { return FeatureValue(row[0]) }
        let numbers = row.compactMap(\.double)
        guard numbers.count == row.count, let largest = numbers.max(), let place = numbers.firstIndex(of: largest)
        else { return row.isEmpty ? .missing : FeatureValue(.array(row)) }
        return FeatureValue(Double(place))
    }

    /// What a path leads to, as rows: it may lead to a list of them, to each, or to the values of the only one.
    private func selected(_ values: [JSONValue]) -> [JSONValue] {
        if values.count == 1, let list = values[0].array {
            let isRow = !list.contains { $0.array != nil || $0.object != nil } && columns.count > 1
            return isRow ? [values[0]] : list
        }
        let isRow =
            values.count > 1 && values.count == columns.count
            && !values.contains { $0.array != nil || $0.object != nil }
        return isRow ? [.array(values)] : values
    }
}

extension PayloadReader {
    private func name(ofColumn position: Int) -> String {
        columns.indices.contains(position) ? columns[position] : "\(position)"
    }

    private func rows(_ rows: [JSONValue]) -> PayloadTable {
        var table = PayloadTable()
        for row in rows.prefix(PayloadTable.rowLimit) {
            table.rows += 1
            if let fields = row.object {
                for (name, value) in fields { table.add(FeatureValue(value), to: name) }
            } else {
                for (position, value) in (row.array ?? [row]).prefix(ReferenceProfile.featureLimit).enumerated() {
                    table.add(FeatureValue(value), to: name(ofColumn: position))
                }
            }
        }
        return table
    }

    private func table(split: [String: JSONValue]) -> PayloadTable {
        let names = (split["columns"]?.array ?? []).map { $0.string ?? "" }
        var table = PayloadTable()
        for row in (split["data"]?.array ?? []).prefix(PayloadTable.rowLimit) {
            table.rows += 1
            for (position, value) in (row.array ?? [row]).prefix(ReferenceProfile.featureLimit).enumerated() {
                let name = names.indices.contains(position) ? names[position] : name(ofColumn: position)
                table.add(FeatureValue(value), to: name)
            }
        }
        return table
    }

    private func table(columns: [String: JSONValue]) -> PayloadTable {
        var table = PayloadTable()
        for (name, value) in columns {
            let values = value.array ?? [value]
            table.rows = max(table.rows, min(values.count, PayloadTable.rowLimit))
            for item in values.prefix(PayloadTable.rowLimit) {
                // A column of rows of one value each is one of these values.
                let inner = item.array
                table.add(FeatureValue(inner?.count == 1 ? inner?.first ?? .null : item), to: name)
            }
        }
        return table
    }

    private func table(tensors: [PayloadTensor]) -> PayloadTable {
        var table = PayloadTable()
        for tensor in tensors {
            let rows = tensor.rows.prefix(PayloadTable.rowLimit)
            table.rows = max(table.rows, rows.count)
            for row in rows {
                for (position, value) in row.prefix(ReferenceProfile.featureLimit).enumerated() {
                    let isOne = row.count == 1 && (tensors.count > 1 || columns.count != 1 || columns[0] == tensor.name)
                    table.add(FeatureValue(value), to: isOne ? tensor.name : name(ofColumn: position))
                }
            }
        }
        return table
    }

    private func table(csv bytes: [UInt8]) -> PayloadTable {
        var table = PayloadTable()
        var rows = DelimitedRows(bytes, separator: UInt8(ascii: ","))
        guard let names = rows.next() else { return table }
        while table.rows < PayloadTable.rowLimit, let row = rows.next() {
            table.rows += 1
            for (name, cell) in zip(names.prefix(ReferenceProfile.featureLimit), row) {
                table.add(FeatureValue(cell: cell), to: name)
            }
        }
        return table
    }
}
