import Framing
import Net
import Synchronization
import Testing

/// The gateway's description of its API, with which all answers that tests get are compared.
struct AnswerDescription: Sendable {
    private let document: JSONValue
    private static let shared = Mutex<AnswerDescription?>(nil)

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
        let path = String(path.prefix { $0 != "?" })
        guard let operation = operation(method, path) else { return }
        let schema = operation["responses"]?["200"]?["content"]?["application/json"]?["schema"] ?? .null
        guard schema != .null else { return }
        let problems = problems(of: try JSONValue(parsing: Array(text.utf8)), schema, "\(method.rawValue) \(path)")
        #expect(problems.isEmpty, "\(problems.joined(separator: "; "))")
    }

    private func operation(_ method: HTTPMethod, _ path: String) -> JSONValue? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let fits = members(document["paths"]).filter { template in
            let names = template.name.split(separator: "/", omittingEmptySubsequences: false)
            return names.count == parts.count && zip(names, parts).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }
        // A path without parameters is nearer than one with them.
        return fits.min { $0.name.count { $0 == "{" } < $1.name.count { $0 == "{" } }?.value[method.rawValue.lowercased()]
    }

    private func problems(of value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
        if case .string(let reference)? = schema["$ref"] {
            guard let name = reference.split(separator: "/").last, let named = document["components"]?["schemas"]?[String(name)] else {
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

    private func members(_ value: JSONValue?) -> [JSONValue.Member] { if case .object(let members)? = value { members } else { [] } }
}
