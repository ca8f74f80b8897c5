import ModelCore

/// The tables of a TOML document while it is read: which there are, and which may still grow.
struct TOMLTables {
    /// Why a table or a member cannot be where the document has it.
    struct Conflict: Error {
        /// What is wrong, as a clause.
        let clause: String
    }

    /// Where a table came from, which decides who may add to it.
    private enum Origin {
        /// It is on the way to another, and may still be opened.
        case passed
        /// A header opened it.
        case header
        /// A key with dots made it.
        case dotted
    }

    private enum Item {
        case value(JSONValue)
        case table(Int)
        /// A list of tables, by its number.
        case list(Int)
    }

    private struct Table {
        var members: [String: Item] = [:]
        var origin: Origin
    }

    /// The number of the outermost table.
    static let root = 0

    private var tables = [Table(origin: .header)]
    private var lists: [[Int]] = []

    /// Opens the table of a header, and returns its number.
    mutating func open(_ key: [String]) throws(Conflict) -> Int {
        let (parent, name) = try parent(of: key)
        switch tables[parent].members[name] {
        case nil: return add(name, to: parent, .header)
        case .table(let table) where tables[table].origin == .passed:
            tables[table].origin = .header
            return table
        default: throw TOMLTables.twice(key)
        }
    }

    /// Adds a table to the list of a header in double brackets, and returns its number.
    mutating func append(_ key: [String]) throws(Conflict) -> Int {
        let (parent, name) = try parent(of: key)
        let list: Int
        switch tables[parent].members[name] {
        case nil:
            list = lists.count
            lists.append([])
            tables[parent].members[name] = .list(list)
        case .list(let known): list = known
        default: throw TOMLTables.twice(key)
        }
        tables.append(Table(origin: .header))
        lists[list].append(tables.count - 1)
        return tables.count - 1
    }

    /// Sets a member of a table, of the tables that the key's dots make below it.
    mutating func set(_ key: [String], of table: Int, to value: JSONValue) throws(Conflict) {
        var table = table
        for name in key.dropLast() {
            switch tables[table].members[name] {
            case nil: table = add(name, to: table, .dotted)
            case .table(let next) where tables[next].origin != .header:
                tables[next].origin = .dotted
                table = next
            default: throw TOMLTables.twice(key)
            }
        }
        guard let name = key.last, tables[table].members.updateValue(.value(value), forKey: name) == nil else {
            throw TOMLTables.twice(key)
        }
    }

    /// Returns a table with everything in it.
    func value(of table: Int) -> JSONValue {
        .object(
            tables[table].members.mapValues { item in
                switch item {
                case .value(let value): value
                case .table(let table): value(of: table)
                case .list(let list): .array(lists[list].map(value))
                }
            }
        )
    }

    /// Returns the table in which the last part of a header's key is a member; of a list, the way leads to its last
    /// table.
    private mutating func parent(of key: [String]) throws(Conflict) -> (table: Int, name: String) {
        var table = TOMLTables.root
        for name in key.dropLast() {
            switch tables[table].members[name] {
            case nil: table = add(name, to: table, .passed)
            case .table(let next): table = next
            case .list(let list): table = lists[list].last ?? table
            case .value: throw TOMLTables.twice(key)
            }
        }
        guard let name = key.last else { throw TOMLTables.twice(key) }
        return (table, name)
    }

    private mutating func add(_ name: String, to table: Int, _ origin: Origin) -> Int {
        tables.append(Table(origin: origin))
        tables[table].members[name] = .table(tables.count - 1)
        return tables.count - 1
    }

    private static func twice(_ key: [String]) -> Conflict {
        Conflict(clause: "the key \(QuotedPath.encode(key.joined(separator: "."))) is there already")
    }
}
