package import ModelCore

extension ReferenceProfile {
    /// Reads a profile; throws `FormatError` that names what is wrong, for one of a newer version too.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        guard bytes.count <= ReferenceProfile.byteLimit else { throw ReferenceProfile.malformed("it is too long") }
        guard let fields = try JSONValue(parsing: bytes).object else {
            throw ReferenceProfile.malformed("it is no JSON object")
        }
        guard fields["schema"]?.integer == Int64(ReferenceProfile.schema) else {
            throw ReferenceProfile.malformed("it was written by a newer git-model")
        }
        guard let items = fields["features"]?.object, items.count <= ReferenceProfile.featureLimit else {
            throw ReferenceProfile.malformed("\"features\" is no object, or has too many members")
        }
        features = [:]
        for (name, item) in items { features[name] = try FeatureProfile(item, of: name) }
        let names = (fields["columns"]?.array ?? []).map { $0.string ?? "" }
        guard names.count == features.count, Set(names) == Set(features.keys) else {
            throw ReferenceProfile.malformed("\"columns\" does not name each feature once")
        }
        columns = names
        rows = try ReferenceProfile.count(fields["rows"], "rows")
        predictions = try fields["predictions"].map { (item) throws(FormatError) in
            try FeatureProfile(item, of: ReferenceProfile.predictionName)
        }
    }

    /// The profile as machine-written files have it.
    package var encoded: [UInt8] {
        var fields: [String: JSONValue] = [
            "schema": JSONValue(Int64(ReferenceProfile.schema)),
            "rows": JSONValue(Int64(rows)),
            "columns": .array(columns.map { .string($0) }),
            "features": .object(features.mapValues(\.json)),
        ]
        fields["predictions"] = predictions?.json
        return JSONValue.object(fields).encoded
    }

    fileprivate static func malformed(_ what: String) -> FormatError {
        FormatError("reference profile", .malformed(what))
    }

    fileprivate static func count(_ value: JSONValue?, _ name: String) throws(FormatError) -> Int {
        // So many can be added up without overflowing.
        guard let number = value?.integer, (0...1 << 50).contains(number) else {
            throw malformed("\"\(name)\" is no count")
        }
        return Int(number)
    }
}

extension FeatureProfile {
    private static let binLimit = 100

    /// The profile as a part of a file.
    fileprivate var json: JSONValue {
        var fields: [String: JSONValue] = [
            "kind": .string(kind.rawValue),
            "missing": JSONValue(Int64(missing)),
            "counts": .array(counts.map { JSONValue(Int64($0)) }),
        ]
        switch kind {
        case .numeric:
            fields["edges"] = .array(edges.map(JSONValue.init(real:)))
            fields["quantiles"] = .array(quantiles.map(JSONValue.init(real:)))
        case .categorical: fields["categories"] = .array(categories.map { .string($0) })
        }
        return .object(fields)
    }

    fileprivate init(_ value: JSONValue, of name: String) throws(FormatError) {
        func malformed(_ what: String) -> FormatError {
            ReferenceProfile.malformed("feature \(QuotedPath.encode(name)): \(what)")
        }
        guard let fields = value.object, let kind = fields["kind"]?.string.flatMap(Kind.init(rawValue:)) else {
            throw malformed("its kind is unknown")
        }
        let missing = try ReferenceProfile.count(fields["missing"], "missing")
        let items = fields["counts"]?.array ?? []
        guard items.count <= FeatureProfile.binLimit else { throw malformed("it has too many bins") }
        let counts = try items.map { (item) throws(FormatError) in try ReferenceProfile.count(item, "counts") }
        func numbers(_ key: String) throws(FormatError) -> [Double] {
            let numbers = (fields[key]?.array ?? []).map { $0.double ?? .nan }
            guard numbers.allSatisfy(\.isFinite), zip(numbers, numbers.dropFirst()).allSatisfy({ $0 <= $1 }) else {
                throw malformed("\"\(key)\" has no ascending numbers")
            }
            return numbers
        }
        switch kind {
        case .numeric:
            let (edges, quantiles) = (try numbers("edges"), try numbers("quantiles"))
            guard Set(edges).count == edges.count, counts.count == edges.count + 1,
                quantiles.count == FeatureProfile.quantileCount
            else { throw malformed("its bins do not fit together") }
            self.init(numeric: quantiles, edges: edges, counts: counts, missing: missing)
        case .categorical:
            let names = (fields["categories"]?.array ?? []).compactMap(\.string)
            let isSound = names.allSatisfy { $0.utf8.count <= FeatureValue.textLimit * 4 }
            guard isSound, names.count <= FeatureProfile.categoryLimit, counts.count == names.count + 1,
                Set(names).union([FeatureProfile.otherName, FeatureProfile.missingName]).count == names.count + 2
            else { throw malformed("its categories do not fit together") }
            self.init(categories: names, counts: counts, missing: missing)
        }
    }
}
