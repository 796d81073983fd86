import Framing
import Net
import Synchronization
import Testing

/// The gateway's description of its API, with which all answers that tests get are compared.
struct AnswerDescription: Sendable {
    /// An operation whose good answer is described.
    private struct Operation {
        /// Method and path, in parts. A parameter is a part that begins with a brace.
        let parts: [String]
        /// Schema of the answer.
        let answer: JSONValue

        func fits(_ asked: [Substring]) -> Bool {
            parts.count == asked.count && zip(parts, asked).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }
    }

    /// The operations; those with fewer parameters first, because a path without parameters is nearer than one with them.
    private let operations: [Operation]
    private let schemas: [String: JSONValue]
    private static let shared = Mutex<AnswerDescription?>(nil)

    private init(document: JSONValue) {
        operations = Self.members(document["paths"]).flatMap { path in
            Self.members(path.value).map { method in
                let parts = path.name.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
                return Operation(
                    parts: [method.name.uppercased()] + parts,
                    answer: method.value["responses"]?["200"]?["content"]?["application/json"]?["schema"] ?? .null)
            }
        }.sorted { one, other in one.parts.count { $0.hasPrefix("{") } < other.parts.count { $0.hasPrefix("{") } }
        schemas = Dictionary(Self.members(document["components"]?["schemas"]).map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// Returns the description, which all gateways have in common.
    static func of(_ gateway: TestGateway) async throws -> AnswerDescription {
        if let shared = shared.withLock({ $0 }) { return shared }
        let text = try await gateway.send(.get, "/api/v1/openapi.json").text
        let description = AnswerDescription(document: try JSONValue(parsing: Array(text.utf8)))
        shared.withLock { $0 = description }
        return description
    }

    /// Records an issue for each member of an answer that is not as described.
    func check(_ text: String, _ method: HTTPMethod, _ path: String) throws {
        let path = path.prefix { $0 != "?" }
        let asked = [Substring(method.rawValue)] + path.split(separator: "/", omittingEmptySubsequences: false)
        guard let schema = operations.first(where: { $0.fits(asked) })?.answer, schema != .null else { return }
        let problems = problems(of: try JSONValue(parsing: Array(text.utf8)), schema, "\(method.rawValue) \(path)")
        #expect(problems.isEmpty, "\(problems.joined(separator: "; "))")
    }

    private func problems(of value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
        if case .string(let reference)? = schema["$ref"] {
            guard let name = reference.split(separator: "/").last, let named = schemas[String(name)] else {
                return ["\(place): there is no \(reference)"]
            }
            return problems(of: value, named, place)
        }
        if case .array(let choices)? = schema["anyOf"] {
            let each = choices.map { problems(of: value, $0, place) }
            return each.contains([]) ? [] : each.first ?? []
        }
        let types: [String] =
            switch schema["type"] {
            case .string(let type)?: [type]
            case .array(let list)?: list.compactMap { if case .string(let type) = $0 { type } else { nil } }
            default: []
            }
        guard types.isEmpty || types.contains(where: { isOf($0, value) }) else {
            return ["\(place): \(value) is not \(types.joined(separator: " or "))"]
        }
        switch value {
        case .array(let list):
            guard let items = schema["items"] else { return [] }
            return list.enumerated().flatMap { problems(of: $0.element, items, "\(place)[\($0.offset)]") }
        case .object(let given):
            // An object of unknown members, such as counts by a name.
            guard let described = schema["properties"] else { return [] }
            var needed: Set<String> = []
            if case .array(let list)? = schema["required"] { needed = Set(list.compactMap { if case .string(let name) = $0 { name } else { nil } }) }
            return needed.subtracting(given.map(\.name)).map { "\(place): \($0) is missing" }
                + given.flatMap { member in
                    guard let schema = described[member.name] else { return ["\(place): \(member.name) is not described"] }
                    return problems(of: member.value, schema, "\(place).\(member.name)")
                }
        default: return []
        }
    }

    private func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("integer", .int), ("number", .int), ("number", .double), ("string", .string), ("array", .array),
            ("object", .object):
            true
        default: false
        }
    }

    private static func members(_ value: JSONValue?) -> [JSONValue.Member] { if case .object(let members)? = value { members } else { [] } }
}
