import Foundation
import Framing
import HarkenTesting
import Net
import Testing

@Suite(.hangLimit) struct `The description of the routes` {
    /// Pages for people, which need no description, and spellings of other routes' paths.
    private static let undescribed: Set<String> = ["GET /", "GET /captions", "GET /docs", "GET /console/*", "WebSocket /v2/", "WebSocket /v2/agent/"]

    private func description(_ gateway: TestGateway) async throws -> (text: String, json: JSONValue) {
        let text = try await gateway.send(.get, "/api/v1/openapi.json").text
        return (text, try JSONValue(parsing: Array(text.utf8)))
    }

    private func members(_ value: JSONValue?) -> [JSONValue.Member] { if case .object(let members)? = value { members } else { [] } }
    private func list(_ value: JSONValue?) -> [JSONValue] { if case .array(let list)? = value { list } else { [] } }

    @Test func `has every route of the gateway, with its verb`() async throws {
        try await TestGateway.with { gateway in
            let paths = try await description(gateway).json["paths"]
            for route in gateway.routes where !Self.undescribed.contains(route) {
                let parts = route.split(separator: " ").map(String.init)
                let path = parts[1].hasSuffix("*") ? parts[1].dropLast() + "{rest}" : parts[1]
                let verb = parts[0] == "WebSocket" ? "get" : parts[0].lowercased()
                #expect(paths?[path]?[verb]?["summary"] != nil, "\(route)")
            }
        }
    }

    @Test func `names each operation once, and each of its tags and errors`() async throws {
        try await TestGateway.with { gateway in
            let document = try await description(gateway).json
            let operations = members(document["paths"]).flatMap { members($0.value).map(\.value) }
            let ids = operations.compactMap { operation -> String? in if case .string(let id)? = operation["operationId"] { id } else { nil } }
            #expect(ids.count == operations.count && Set(ids).count == ids.count)
            #expect(ids.contains("getSessionsByIdTrace") && ids.contains("openV1Listen"))
            let tags = list(document["tags"]).map { $0["name"] }
            #expect(operations.allSatisfy { operation in list(operation["tags"]).allSatisfy { tags.contains($0) } })
            #expect(list(document["servers"]).first?["url"] == "/")
            let errors = members(document["components"]?["responses"])
            #expect(errors.count >= 8)
            for error in errors { #expect(error.value["content"]?["application/json"]?["example"]?["error"]?["code"] != nil, "\(error.name)") }
            let get = document["paths"]?["/api/v1/conversations/{id}"]?["get"]?["responses"]
            let own = members(document["paths"]).filter { $0.name.hasPrefix("/api/v1/") }.flatMap { members($0.value).map(\.value) }
            let bodies = own.compactMap { $0["requestBody"] }
            #expect(bodies.count >= 10)
            for body in bodies where body["content"]?["application/json"] != nil { #expect(body["required"] == true, "\(body)") }
            #expect(get?["404"]?["$ref"] == "#/components/responses/NotFound")
        }
    }

    @Test func `has a schema for each kind of object, and examples`() async throws {
        try await TestGateway.with { gateway in
            let (text, document) = try await description(gateway)
            let schemas = members(document["components"]?["schemas"])
            #expect(schemas.count >= 30)
            for reference in text.matches(of: /#\/components\/schemas\/([A-Za-z]+)/) {
                #expect(schemas.contains { $0.name == reference.output.1 }, "\(reference.output.0)")
            }
            let unused = schemas.map(\.name).filter { !text.contains("\"#/components/schemas/\($0)\"") }
            #expect(unused == ["Error"] || unused.isEmpty, "\(unused)")
            for schema in schemas where schema.name != "Error" {
                #expect(members(schema.value["properties"]).contains { $0.value["examples"] != nil }, "\(schema.name)")
            }
            #expect(document["components"]?["schemas"]?["Voice"]?["properties"]?["label"]?["examples"] == ["Speaker 1"])
        }
    }

    @Test(.needs(JudgesPython.path != nil, "HARKEN_JUDGES does not name the Python of scripts/play --python judges"))
    func `is valid OpenAPI`() async throws {
        try await TestGateway.with { gateway in
            let folder = TemporaryFolder(), file = folder.path(of: "openapi.json")
            try await description(gateway).text.write(toFile: file, atomically: true, encoding: .utf8)
            let outcome = try ChildProcess.run([try #require(JudgesPython.path), "-m", "openapi_spec_validator", file])
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.diagnostics)")
        }
    }
}
