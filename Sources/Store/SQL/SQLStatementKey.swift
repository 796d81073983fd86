/// A statement as the key of a connection's prepared statements.
///
/// A literal statement is identified by the address of its text in the program: two literals of the same text are two statements, which costs memory
/// only.
/// A composed statement is identified by its text.
package enum SQLStatementKey: Hashable {
    case literal(UnsafePointer<UInt8>, count: Int)
    case composed(ComposedSQL)

    init(_ sql: StaticString) { self = .literal(sql.utf8Start, count: sql.utf8CodeUnitCount) }

    init(_ sql: ComposedSQL) { self = .composed(sql) }

    var text: String {
        switch self {
        case .literal(let start, let count): String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
        case .composed(let sql): sql.text
        }
    }
}
