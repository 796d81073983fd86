package import Speech

/// A value that is bound to a statement's parameter.
package enum SQLiteValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    package static func integer(_ value: Int64?) -> SQLiteValue { value.map { .integer($0) } ?? .null }
    package static func text(_ value: String?) -> SQLiteValue { value.map { .text($0) } ?? .null }
    package static func real(_ value: Float?) -> SQLiteValue { value.map { .real(Double($0)) } ?? .null }
    package static func integer(_ value: Int) -> SQLiteValue { .integer(Int64(value)) }
    package static func integer(_ flag: Bool) -> SQLiteValue { .integer(flag ? 1 : 0) }
    /// A time of day, in milliseconds.
    package static func time(_ time: UnixTime?) -> SQLiteValue { .integer(time?.milliseconds) }
    /// A length or a position, in nanoseconds.
    package static func duration(_ duration: Duration) -> SQLiteValue { .integer(duration.storedNanoseconds) }
}
