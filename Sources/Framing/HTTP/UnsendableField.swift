/// The failure of a header field that cannot be sent. Names the field and never shows its value, which may be a secret.
package struct UnsendableField: Error, Sendable, Equatable, CustomStringConvertible {
    package let name: String

    package init(name: String) { self.name = name }

    package var description: String { "the header \(name) has a line end or another character that a header cannot have" }
}

extension HTTPHeaders {
    /// The first field that cannot be sent; nil when all can. A name must be a token. A line end in a value would begin another field.
    package var unsendable: UnsendableField? {
        fields.first { !$0.isSendable }.map { UnsendableField(name: $0.name) }
    }
}

extension HTTPHeaders.Field {
    fileprivate var isSendable: Bool {
        !name.isEmpty && name.utf8.allSatisfy(ASCII.isToken)
            && value.utf8.allSatisfy { $0 >= ASCII.space && $0 != ASCII.delete || $0 == ASCII.tab }
    }
}
