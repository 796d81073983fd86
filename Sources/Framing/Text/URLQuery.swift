/// The parameters after the `?` of a target, or of a form with the same encoding: pairs in order, whose names may repeat.
package struct URLQuery: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    package struct Pair: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package enum ParsingError: Error, Sendable, Equatable {
        case malformedEscape
        case tooManyPairs(limit: Int)
    }

    package private(set) var pairs: [Pair]

    package init() { pairs = [] }

    package init(dictionaryLiteral elements: (String, String)...) {
        pairs = elements.map { Pair(name: $0.0, value: $0.1) }
    }

    /// - Parameter text: the parameters without the `?`. `+` is a space, a name without `=` has an empty value, and empty pairs are left out.
    package init(parsing text: some StringProtocol, limit: Int = 1_024) throws(ParsingError) {
        pairs = []
        for part in text.utf8.split(separator: ASCII.ampersand) {
            guard pairs.count < limit else { throw .tooManyPairs(limit: limit) }
            let name = part.prefix { $0 != ASCII.equals }
            let value = part.dropFirst(name.count + 1)
            do throws(PercentCoding.DecodingError) {
                pairs.append(
                    Pair(
                        name: try PercentCoding.decode(String(decoding: name, as: UTF8.self), plusIsSpace: true),
                        value: try PercentCoding.decode(String(decoding: value, as: UTF8.self), plusIsSpace: true)))
            } catch {
                throw .malformedEscape
            }
        }
    }

    /// Returns the first value of the parameter; nil when it is absent.
    package func first(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// Returns all values of the parameter, in order.
    package func all(_ name: String) -> [String] { pairs.compactMap { $0.name == name ? $0.value : nil } }

    package mutating func add(_ name: String, _ value: String) { pairs.append(Pair(name: name, value: value)) }

    /// The parameters as they are written in a URL, without the `?`.
    package var encoded: String {
        pairs.map { PercentCoding.encode($0.name) + "=" + PercentCoding.encode($0.value) }.joined(separator: "&")
    }
}
