internal import Admission
internal import Framing
internal import Net

/// The description of the gateway's routes as an OpenAPI 3.1 document: the API, and the vendors' protocols.
enum OpenAPI {
    /// Returns the operation that describes `operations`, `routes` and itself. The description is made once, because everyone may request it at any
    /// rate.
    static func operation(describing operations: [APIOperation], _ routes: [RouteName]) -> APIOperation {
        let itself = operation { _ throws(APIError) in APIAnswer() }
        let document = document(operations + [itself], routes.filter { RouteDescription.of($0) != nil })
        return operation { _ throws(APIError) in document }
    }

    private static func operation(_ run: @escaping @Sendable (APIRequest) async throws(APIError) -> APIAnswer) -> APIOperation {
        APIOperation(.get, "/openapi.json", summary: "This description.", answer: .content("application/json"), run: run)
    }

    private static func document(_ operations: [APIOperation], _ routes: [RouteName]) -> APIAnswer {
        var answer = APIAnswer.json { write(operations, routes, to: &$0) }
        var digest = SHA256()
        digest.update(answer.body.span.bytes)
        answer.headers = ["ETag": "\"\(digest.finish().hexadecimal.prefix(32))\"", "Cache-Control": "no-cache"]
        return answer
    }

    private static func write(_ operations: [APIOperation], _ routes: [RouteName], to json: inout JSONWriter) {
        json.beginObject()
        json.member("openapi", literal: "3.1.0")
        json.key("info")
        json.beginObject()
        json.member("title", literal: "Harken")
        json.member("version", literal: "1")
        json.member(
            "description",
            "Conversations, people and search, and the protocols of vendors. Times in UTC (RFC 3339), positions in seconds, errors of /api/v1 "
                + "{\"error\": {\"code\", \"message\"}}.")
        json.endObject()
        json.key("servers")
        json.beginArray()
        json.beginObject()
        json.member("url", literal: "/")
        json.member("description", literal: "The gateway that sent this description.")
        json.endObject()
        json.endArray()
        writeTags(operations, to: &json)
        json.key("paths")
        json.beginObject()
        var seen: Set<String> = []
        for path in operations.map(\.fullPath) + routes.map(RouteDescription.path) where seen.insert(path).inserted {
            json.key(escaping: path)
            json.beginObject()
            for operation in operations where operation.fullPath == path { write(operation, to: &json) }
            for route in routes where RouteDescription.path(route) == path { RouteDescription.write(route, to: &json) }
            json.endObject()
        }
        json.endObject()
        writeComponents(to: &json)
        json.endObject()
    }

    private static func writeTags(_ operations: [APIOperation], to json: inout JSONWriter) {
        json.key("tags")
        json.beginArray()
        var seen: Set<String> = []
        for operation in operations where seen.insert(operation.tag).inserted {
            json.beginObject()
            json.member("name", operation.tag)
            json.endObject()
        }
        for tag in RouteDescription.Tag.allCases where seen.insert(tag.rawValue).inserted {
            json.beginObject()
            json.member("name", tag.rawValue)
            json.member("description", tag.meaning)
            json.endObject()
        }
        json.endArray()
    }

    private static func writeComponents(to json: inout JSONWriter) {
        json.key("components")
        json.beginObject()
        json.key("schemas")
        json.beginObject()
        for schema in APISchema.all {
            json.key(escaping: schema.name)
            writeObject(schema.fields, to: &json)
        }
        json.key("Error")
        NamedError.writeSchema(to: &json)
        json.endObject()
        json.key("responses")
        json.beginObject()
        for error in NamedError.all { error.writeComponent(to: &json) }
        json.endObject()
        json.key("securitySchemes")
        json.beginObject()
        json.key("key")
        json.beginObject()
        json.member("type", literal: "http")
        json.member("scheme", literal: "bearer")
        json.member("description", literal: "An access key, or a token of the identity provider.")
        json.endObject()
        json.endObject()
        json.endObject()
    }

    private static func write(_ operation: APIOperation, to json: inout JSONWriter) {
        json.key(escaping: operation.method.rawValue.lowercased())
        json.beginObject()
        json.member("operationId", operationID(operation.method.rawValue.lowercased(), operation.path))
        json.member("summary", operation.summary)
        json.key("tags")
        json.array([operation.tag])
        writeSecurity(needsKey: !operation.scopes.isEmpty, to: &json)
        if !operation.scopes.isEmpty {
            json.key("x-scopes")
            json.array(operation.scopes.map(\.rawValue))
        }
        json.key("parameters")
        json.beginArray()
        for name in parameters(of: operation.path) {
            write(.init(name, "string", required: true, "The parameter in the path."), in: "path", to: &json)
        }
        for field in operation.query { write(field, in: "query", to: &json) }
        json.endArray()
        if let body = operation.body {
            json.key("requestBody")
            json.beginObject()
            json.member("required", true)
            content("application/json", body, to: &json)
            json.endObject()
        }
        if let type = operation.streamed {
            json.key("requestBody")
            json.beginObject()
            json.member("required", true)
            content(type, nil, to: &json)
            json.endObject()
        }
        json.key("responses")
        json.beginObject()
        json.key(escaping: operation.answer.isNothing ? "204" : "200")
        json.beginObject()
        json.member("description", literal: "Done.")
        if operation.erases { writeErasureHeader(to: &json) }
        switch operation.answer {
        case .object(let fields): content("application/json", fields, to: &json)
        case .schema(let name): content(name, to: &json)
        case .list(let type): content("[\(type)]", to: &json)
        case .content(let type): content(type, nil, to: &json)
        case .nothing: break
        }
        json.endObject()
        for error in NamedError.of(operation) { error.writeReference(to: &json) }
        json.endObject()
        json.endObject()
    }

    // MARK: - Parts

    /// Returns a name for an operation, of its verb and its path: `getSessionsByIdTrace`.
    static func operationID(_ verb: String, _ path: String) -> String {
        path.split(separator: "/").reduce(verb) { name, part in
            let isParameter = part.hasPrefix("{")
            let words = part.split { !$0.isLetter && !$0.isNumber }.map { $0.prefix(1).uppercased() + $0.dropFirst() }
            return name + (isParameter ? "By" : "") + words.joined()
        }
    }

    /// Returns the names of the parameters in a path.
    static func parameters(of path: String) -> [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    private static func writeErasureHeader(to json: inout JSONWriter) {
        json.key("headers")
        json.beginObject()
        json.key(escaping: ErasureHeader.name)
        json.beginObject()
        json.member("description", literal: "The operation that tells when the deleted data has left the files. Absent if the data can be restored.")
        json.key("schema")
        json.beginObject()
        json.member("type", literal: "string")
        json.endObject()
        json.endObject()
        json.endObject()
    }

    static func writeSecurity(needsKey: Bool, to json: inout JSONWriter) {
        json.key("security")
        json.beginArray()
        if needsKey {
            json.beginObject()
            json.key("key")
            json.array([])
            json.endObject()
        }
        json.endArray()
    }

    static func write(_ field: APIOperation.Field, in place: StaticString, to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", field.name)
        json.member("in", literal: place)
        json.member("required", field.isRequired)
        json.member("description", field.meaning)
        json.key("schema")
        json.beginObject()
        writeType(field.type, to: &json)
        json.endObject()
        if let example = APIExample.of(field.name, field.type) {
            json.key("example")
            APIExample.write(example, to: &json)
        }
        json.endObject()
    }

    private static func content(_ type: String, _ fields: [APIOperation.Field]?, to json: inout JSONWriter) {
        json.key("content")
        json.beginObject()
        json.key(escaping: type)
        json.beginObject()
        if let fields {
            json.key("schema")
            writeObject(fields, to: &json)
        }
        json.endObject()
        json.endObject()
    }

    /// Writes the content of a JSON answer of a type.
    private static func content(_ type: String, to json: inout JSONWriter) {
        json.key("content")
        json.beginObject()
        json.key("application/json")
        json.beginObject()
        json.key("schema")
        json.beginObject()
        writeType(type, to: &json)
        json.endObject()
        json.endObject()
        json.endObject()
    }

    static func writeObject(_ fields: [APIOperation.Field], to json: inout JSONWriter) {
        json.beginObject()
        json.member("type", literal: "object")
        json.key("required")
        json.array(fields.filter(\.isRequired).map(\.name))
        json.key("properties")
        json.beginObject()
        for field in fields {
            json.key(escaping: field.name)
            json.beginObject()
            writeType(field.type, to: &json)
            json.member("description", field.meaning)
            if let example = APIExample.of(field.name, field.type) {
                json.key("examples")
                json.beginArray()
                APIExample.write(example, to: &json)
                json.endArray()
            }
            json.endObject()
        }
        json.endObject()
        json.endObject()
    }

    private static func writeType(_ type: String, to json: inout JSONWriter) {
        if type.hasPrefix("["), type.hasSuffix("]") {
            json.member("type", literal: "array")
            json.key("items")
            json.beginObject()
            writeType(String(type.dropFirst().dropLast()), to: &json)
            json.endObject()
        } else if type.hasSuffix("?"), type.first?.isUppercase == true || type.first == "[" {
            json.key("anyOf")
            json.beginArray()
            for choice in [String(type.dropLast()), "null"] {
                json.beginObject()
                writeType(choice, to: &json)
                json.endObject()
            }
            json.endArray()
        } else if type.hasSuffix("?") {
            json.key("type")
            json.array([String(type.dropLast()), "null"])
        } else if type.first?.isUppercase == true {
            json.member("$ref", "#/components/schemas/\(type)")
        } else {
            json.member("type", type)
        }
    }
}

extension APIOperation.Answer {
    fileprivate var isNothing: Bool { if case .nothing = self { true } else { false } }
}

extension APIOperation {
    fileprivate var fullPath: String { root + path }

    /// Group of the operation in the description: the path's first part that is no version.
    fileprivate var tag: String {
        path.split(separator: "/").first { !($0.hasPrefix("v") && $0.dropFirst().allSatisfy(\.isNumber)) }.map(String.init) ?? "api"
    }
}
