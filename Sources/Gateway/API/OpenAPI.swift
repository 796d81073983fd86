internal import Admission
internal import Framing
internal import Net

/// The description of the API as an OpenAPI 3.1 document.
enum OpenAPI {
    /// Returns the operation that describes `operations` and itself. The description is made once, because everyone may request it at any rate.
    static func operation(describing operations: [APIOperation]) -> APIOperation {
        let itself = operation { _ throws(APIError) in APIAnswer() }
        let document = document(operations + [itself])
        return operation { _ throws(APIError) in document }
    }

    private static func operation(_ run: @escaping @Sendable (APIRequest) async throws(APIError) -> APIAnswer) -> APIOperation {
        APIOperation(.get, "/openapi.json", summary: "This description.", answer: .content("application/json"), run: run)
    }

    private static func document(_ operations: [APIOperation]) -> APIAnswer {
        var answer = APIAnswer.json { write(operations, to: &$0) }
        var digest = SHA256()
        digest.update(answer.body.span.bytes)
        answer.headers = ["ETag": "\"\(digest.finish().hexadecimal.prefix(32))\"", "Cache-Control": "no-cache"]
        return answer
    }

    private static func write(_ operations: [APIOperation], to json: inout JSONWriter) {
        json.beginObject()
        json.member("openapi", literal: "3.1.0")
        json.key("info")
        json.beginObject()
        json.member("title", literal: "Harken")
        json.member("version", literal: "1")
        json.member(
            "description",
            "Conversations, people and search. Times in UTC (RFC 3339), positions in seconds, errors {\"error\": {\"code\", \"message\"}}.")
        json.endObject()
        json.key("paths")
        json.beginObject()
        var seen: Set<String> = []
        for path in operations.map(\.path) where seen.insert(path).inserted {
            json.key(escaping: APIOperation.root + path)
            json.beginObject()
            for operation in operations where operation.path == path { write(operation, to: &json) }
            json.endObject()
        }
        json.endObject()
        json.key("components")
        json.beginObject()
        json.key("schemas")
        json.beginObject()
        json.key("Segment")
        writeObject(SegmentOperations.segment, to: &json)
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
        json.endObject()
    }

    private static func write(_ operation: APIOperation, to json: inout JSONWriter) {
        json.key(escaping: operation.method.rawValue.lowercased())
        json.beginObject()
        json.member("summary", operation.summary)
        json.key("security")
        json.beginArray()
        if !operation.scopes.isEmpty {
            json.beginObject()
            json.key("key")
            json.array([])
            json.endObject()
        }
        json.endArray()
        if !operation.scopes.isEmpty {
            json.key("x-scopes")
            json.array(operation.scopes.map(\.rawValue))
        }
        json.key("parameters")
        json.beginArray()
        for part in operation.path.split(separator: "/") where part.hasPrefix("{") {
            write(.init(String(part.dropFirst().dropLast()), "string", required: true, "The parameter in the path."), in: "path", to: &json)
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
        json.key("responses")
        json.beginObject()
        json.key(escaping: operation.answer.isNothing ? "204" : "200")
        json.beginObject()
        json.member("description", literal: "Done.")
        switch operation.answer {
        case .object(let fields): content("application/json", fields, to: &json)
        case .content(let type): content(type, nil, to: &json)
        case .nothing: break
        }
        json.endObject()
        json.key("default")
        json.beginObject()
        json.member("description", literal: "An error.")
        content("application/json", [.init("error", "object", required: true, "code and message.")], to: &json)
        json.endObject()
        json.endObject()
        json.endObject()
    }

    private static func write(_ field: APIOperation.Field, in place: StaticString, to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", field.name)
        json.member("in", literal: place)
        json.member("required", field.isRequired)
        json.member("description", field.meaning)
        json.key("schema")
        json.beginObject()
        writeType(field.type, to: &json)
        json.endObject()
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

    private static func writeObject(_ fields: [APIOperation.Field], to json: inout JSONWriter) {
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
            json.endObject()
        }
        json.endObject()
        json.endObject()
    }

    private static func writeType(_ type: String, to json: inout JSONWriter) {
        if type.hasPrefix("[") {
            json.member("type", literal: "array")
            json.key("items")
            json.beginObject()
            writeType(String(type.dropFirst().dropLast()), to: &json)
            json.endObject()
        } else if type.hasSuffix("?") {
            json.key("type")
            json.array([String(type.dropLast()), "null"])
        } else if type == "Segment" {
            json.member("$ref", literal: "#/components/schemas/Segment")
        } else {
            json.member("type", type)
        }
    }
}

extension APIOperation.Answer {
    fileprivate var isNothing: Bool { if case .nothing = self { true } else { false } }
}
