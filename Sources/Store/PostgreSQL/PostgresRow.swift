internal import CPostgres

/// A row of a result, in PostgreSQL's binary format.
package struct PostgresRow {
    private let result: OpaquePointer
    private let number: Int32

    init(_ result: OpaquePointer, _ number: Int32) {
        self.result = result
        self.number = number
    }

    func integer(_ column: Int32) -> Int64? {
        guard let bytes = bytes(column) else { return nil }
        switch PostgresType(rawValue: cpostgres_column_type(result, column)) {
        case .bigint: return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case .integer: return Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        // In SQLite a condition is 0 or 1.
        case .boolean: return bytes[0] == 0 ? 0 : 1
        default: return nil
        }
    }

    func real(_ column: Int32) -> Double? {
        guard PostgresType(rawValue: cpostgres_column_type(result, column)) == .double else { return integer(column).map { Double($0) } }
        return bytes(column).map { Double(bitPattern: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self))) }
    }

    func text(_ column: Int32) -> String? {
        guard PostgresType(rawValue: cpostgres_column_type(result, column)) == .text else { return nil }
        return bytes(column).map { String(decoding: $0, as: UTF8.self) }
    }

    func blob(_ column: Int32) -> [UInt8]? {
        guard isBlob(column) else { return nil }
        return bytes(column).map { Array($0) }
    }

    func withBlob<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Value) throws(StoreError) -> Value {
        try body(isBlob(column) ? bytes(column) ?? UnsafeRawBufferPointer(start: nil, count: 0) : UnsafeRawBufferPointer(start: nil, count: 0))
    }

    private func isBlob(_ column: Int32) -> Bool {
        switch PostgresType(rawValue: cpostgres_column_type(result, column)) {
        case .bytes, .words: true
        default: false
        }
    }

    private func bytes(_ column: Int32) -> UnsafeRawBufferPointer? {
        guard cpostgres_is_null(result, number, column) == 0 else { return nil }
        return UnsafeRawBufferPointer(start: cpostgres_value(result, number, column), count: Int(cpostgres_length(result, number, column)))
    }
}

/// The types of columns and parameters that the stores use, with their numbers in PostgreSQL's catalogue.
enum PostgresType: UInt32 {
    case boolean = 16
    case bytes = 17
    case bigint = 20
    case integer = 23
    case text = 25
    case double = 701
    case nothing = 2278
    /// A `tsvector`.
    case words = 3614

    init(of value: SQLValue) {
        switch value {
        case .integer: self = .bigint
        case .real: self = .double
        case .text: self = .text
        case .blob: self = .bytes
        case .flag: self = .boolean
        }
    }
}
