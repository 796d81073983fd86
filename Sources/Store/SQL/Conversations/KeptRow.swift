import Framing

/// A row of a deleted conversation, which can be restored. In the database it is a JSON object of its columns; the bytes of a blob are in Base64. A
/// column that the table got later has its standard value in a restored row.
struct KeptRow: Sendable {
    let table: StoredTable
    /// The value of each column of the table; nil for a column that the row does not have.
    private(set) var values: [SQLValue?]

    /// Maximum size of a row, in bytes.
    private static let maxByteCount = 1 << 28

    /// - Parameter values: the values of all columns, in their order.
    init(_ values: [SQLValue], of table: StoredTable) {
        self.table = table
        self.values = values
    }

    /// Reads a row; nil when the text is not one.
    init?(_ text: String, of table: StoredTable) {
        guard let document = try? JSONDocument(parsing: Array(text.utf8), sizeLimit: Self.maxByteCount) else { return nil }
        self.table = table
        values = []
        values.reserveCapacity(table.columns.count)
        for column in table.columns {
            let value = document.root[column.name.description]
            guard value.exists else {
                values.append(nil)
                continue
            }
            switch column.kind {
            case .integer: values.append(.integer(value.int.map { Int64($0) }))
            case .real: values.append(.real(value.double))
            case .text: values.append(.text(value.string))
            case .blob: values.append(.blob(value.string.flatMap { Base64.decode($0) }))
            case .flag: values.append(.flag(value.bool ?? false))
            }
        }
    }

    /// The row as JSON.
    var text: String {
        var json = JSONWriter(capacity: 1_024)
        json.beginObject()
        for (column, value) in zip(table.columns, values) {
            guard let value else { continue }
            json.key(column.name)
            switch value {
            case .integer(let integer?): json.value(Int(integer))
            case .real(let real?): json.value(real)
            case .text(let text?): json.value(text)
            case .blob(let blob?): json.value(Base64.encode(blob))
            case .flag(let flag): json.value(flag)
            case .integer(.none), .real(.none), .text(.none), .blob(.none): json.null()
            }
        }
        json.endObject()
        return json.text
    }

    private func index(of name: String) -> Int? { table.columns.firstIndex { $0.name.description == name } }

    /// Returns a number of the row; nil also when the row has none.
    func integer(_ name: String) -> Int64? {
        guard let index = index(of: name), case .integer(let integer?)? = values[index] else { return nil }
        return integer
    }

    /// Returns a text of the row; nil also when the row has none.
    func text(_ name: String) -> String? {
        guard let index = index(of: name), case .text(let text?)? = values[index] else { return nil }
        return text
    }

    /// Returns a flag of the row.
    func flag(_ name: String) -> Bool {
        guard let index = index(of: name), case .flag(let flag)? = values[index] else { return false }
        return flag
    }

    /// Makes a value NULL.
    mutating func clear(_ name: String) {
        guard let index = index(of: name) else { return }
        switch table.columns[index].kind {
        case .integer: values[index] = .integer(.none as Int64?)
        case .real: values[index] = .real(.none as Double?)
        case .text: values[index] = .text(nil)
        case .blob: values[index] = .blob(nil)
        case .flag: values[index] = .flag(false)
        }
    }

    /// Leaves a column out, so that the database gives it a new value.
    mutating func leaveOut(_ name: String) {
        if let index = index(of: name) { values[index] = nil }
    }

    /// Inserts the row into its table.
    func insert(on connection: borrowing SQLConnection) throws(StoreError) {
        let columns = zip(table.columns, values).compactMap { column, value in value.map { (name: column.name, value: $0) } }
        try connection.run(table.insertion(of: columns.map(\.name)), columns.map(\.value))
    }
}
