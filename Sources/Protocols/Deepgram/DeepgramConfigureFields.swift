import Framing
import Speech

/// Reads the members of a `Configure` message. An absent member and `null` change nothing.
enum DeepgramConfigureFields {
    /// Checks that an object has no members but the known ones. An absent value and `null` have none.
    ///
    /// - Parameter name: the object's name with a point behind it; empty: the message itself.
    static func check(_ view: JSONView, _ name: String, known: Set<String>) throws(DeepgramConfigureError) {
        guard view.exists, !view.isNull else { return }
        guard view.isObject else { throw DeepgramConfigureError("\(name.dropLast()) must be an object.") }
        try view.forEachMember { member, _ throws(DeepgramConfigureError) in
            guard known.contains(member) else {
                let names = known.subtracting(["type"]).sorted().joined(separator: ", ")
                throw DeepgramConfigureError("\(name)\(member.prefix(bytes: 64)) cannot be changed. Known are \(names).")
            }
        }
    }

    static func strings(_ view: JSONView, _ name: String) throws(DeepgramConfigureError) -> [String]? {
        guard view.exists, !view.isNull else { return nil }
        guard let strings = view.strings else { throw DeepgramConfigureError("\(name) must be an array of strings.") }
        return strings
    }

    static func flag(_ view: JSONView, _ name: String) throws(DeepgramConfigureError) -> Bool? {
        guard view.exists, !view.isNull else { return nil }
        guard let value = view.bool else { throw DeepgramConfigureError("\(name) must be true or false.") }
        return value
    }

    static func number(_ view: JSONView, _ name: String) throws(DeepgramConfigureError) -> Double? {
        guard view.exists, !view.isNull else { return nil }
        guard let value = view.double else { throw DeepgramConfigureError("\(name) must be a number.") }
        return value
    }

    static func whole(_ view: JSONView, _ name: String) throws(DeepgramConfigureError) -> Int? {
        guard view.exists, !view.isNull else { return nil }
        guard let value = view.int else { throw DeepgramConfigureError("\(name) must be a whole number.") }
        return value
    }
}

/// The reason for which a `Configure` message changes nothing.
package struct DeepgramConfigureError: Error, Sendable, Equatable {
    package var code: String
    package var description: String

    package init(_ description: String, code: String = "CONFIGURE_INVALID_REQUEST") {
        self.code = code
        self.description = description
    }
}
