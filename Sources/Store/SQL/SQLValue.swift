package import Speech

/// A value that is bound to a statement's parameter. nil is NULL, of the case's type.
package enum SQLValue: Sendable, Equatable {
    case integer(Int64?)
    case real(Double?)
    case text(String?)
    case blob([UInt8]?)
    case flag(Bool)

    package static func real(_ value: Float?) -> SQLValue { .real(value.map { Double($0) }) }
    package static func integer(_ value: Int) -> SQLValue { .integer(Int64(value)) }
    /// A time of day, in milliseconds.
    package static func time(_ time: UnixTime?) -> SQLValue { .integer(time?.milliseconds) }
    /// A length or a position, in nanoseconds.
    package static func duration(_ duration: Duration?) -> SQLValue { .integer(duration?.wholeNanoseconds) }
    /// Row numbers as one value for `json_each`. With one statement for many rows the way to a server and back is gone only once.
    package static func numbers(_ numbers: some Sequence<Int64>) -> SQLValue { .text("[" + numbers.map(String.init).joined(separator: ",") + "]") }
    /// Row numbers as one value for `json_each`; NULL for nil.
    package static func numbers(orNull numbers: [Int64]?) -> SQLValue { numbers.map { Self.numbers($0) } ?? .text(nil) }
}

extension String {
    /// The text as the databases keep it. PostgreSQL has no text with a zero, so the character for unknown characters takes its place in both.
    var withoutZeros: String {
        utf8.contains(0) ? String(decoding: utf8.flatMap { $0 == 0 ? [0xEF, 0xBF, 0xBD] : [$0] }, as: UTF8.self) : self
    }
}
