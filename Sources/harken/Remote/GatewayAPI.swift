import Framing
import Net

/// The API of a running gateway (`/api/v1`), with one user's key.
struct GatewayAPI: Sendable {
    /// Maximum size of an answer, in bytes: a conversation of many hours with all its words.
    private static let answerLimit = 256 << 20

    /// Maximum time for files: to send them, and to have them heard.
    private static let uploadTime: Duration = .seconds(600)

    /// Maximum time without a byte in a transfer of any length.
    private static let stallTime: Duration = .seconds(300)

    let address: GatewayAddress
    private let client: HTTPClient

    init(_ address: GatewayAddress) throws(GatewayError) {
        self.address = address
        client = try address.client()
    }

    /// Sends a request, and returns the body of the answer; nil when the gateway says that the object does not exist.
    ///
    /// - Parameters:
    ///   - path: the path below `/api/v1`, each part percent-encoded.
    ///   - body: a JSON object; nil: no body.
    func send(_ method: HTTPMethod, _ path: String, _ query: URLQuery = URLQuery(), body: [UInt8]? = nil) async throws(GatewayError) -> [UInt8]? {
        var request = HTTPClientRequest(
            method, address.httpURL + "/api/v1" + path + (query.pairs.isEmpty ? "" : "?" + query.encoded), body: body)
        if let key = address.key { request.headers.set("Authorization", "Bearer " + key) }
        if body != nil { request.headers.set("Content-Type", "application/json") }
        return try await send(request)
    }

    /// Sends files in a form, and returns the JSON object of the answer; nil when the gateway says that the object does not exist.
    ///
    /// - Parameter files: paths; each file is a field `file`.
    func upload(_ path: String, fields: [(name: String, value: String)], files: [String]) async throws(GatewayError) -> JSONDocument? {
        let boundary = "harken-" + RandomUUID.text()
        var parts: [HTTPClientRequest.BodyPart] = fields.map { name, value in
            .bytes(Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8))
        }
        for file in files {
            // The file's own name, without its folder. The name cannot end its quotes or its line.
            let name = (file.split(separator: "/").last ?? "").map { $0 == "\"" || $0.isNewline ? "_" : $0 }
            let head = "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(String(name))\"\r\n\r\n"
            parts += [.bytes(Array(head.utf8)), .file(path: file), .bytes(Array("\r\n".utf8))]
        }
        parts.append(.bytes(Array("--\(boundary)--\r\n".utf8)))
        var request = HTTPClientRequest(.post, address.httpURL + "/api/v1" + path)
        request.body = parts
        // The gateway listens to the recordings before it answers.
        request.timeout = Self.uploadTime
        if let key = address.key { request.headers.set("Authorization", "Bearer " + key) }
        request.headers.set("Content-Type", "multipart/form-data; boundary=\(boundary)")
        guard let bytes = try await send(request) else { return nil }
        do throws(JSONError) { return try JSONDocument(parsing: bytes) } catch { throw malformed }
    }

    /// Sends a request, and returns the body of the answer; nil when the gateway says that the object does not exist.
    private func send(_ request: HTTPClientRequest, limit: Int = answerLimit) async throws(GatewayError) -> [UInt8]? {
        var request = request
        request.responseLimit = limit
        let answer: HTTPClientResponse
        do throws(HTTPClientError) { answer = try await client.send(request) } catch { throw GatewayError(address.explain(error)) }
        if (200..<300).contains(answer.status.code) { return answer.body }
        guard let document = try? JSONDocument(parsing: answer.body), let message = document.root["error"]["message"].string else {
            throw GatewayError("\(address.url) answered \(answer.status.code), but it is not a Harken gateway with an API")
        }
        switch answer.status.code {
        case 401:
            throw GatewayError("\(address.url) needs \(address.key == nil ? "a key" : "a valid key"); give it with --key or HARKEN_KEY", status: 401)
        case 404 where document.root["error"]["code"].equals("not_found"): return nil
        case let code: throw GatewayError("\(address.url): \(message)", status: code)
        }
    }

    /// Writes an answer of any size to a file.
    ///
    /// - Parameter wrote: called on another thread with each number of bytes that is written.
    /// - Returns: false when the gateway does not have the operation.
    func download(_ path: String, _ query: URLQuery, to file: String, wrote: @escaping @Sendable (Int) -> Void) async throws(GatewayError) -> Bool {
        var request = HTTPClientRequest(.get, address.httpURL + "/api/v1" + path + "?" + query.encoded)
        if let key = address.key { request.headers.set("Authorization", "Bearer " + key) }
        request.destination = .file(path: file)
        request.responseLimit = .max
        request.mayWrite = { count in
            wrote(count)
            return true
        }
        return try await transfer(request) != nil
    }

    /// Sends a file of any size as the body of a request, and returns the body of the answer; nil when the gateway does not have the operation.
    ///
    /// - Parameter sent: called on another thread with each number of bytes that is sent.
    func send(file: String, to path: String, type: String, sent: @escaping @Sendable (Int) -> Void) async throws(GatewayError) -> [UInt8]? {
        var request = HTTPClientRequest(.post, address.httpURL + "/api/v1" + path)
        if let key = address.key { request.headers.set("Authorization", "Bearer " + key) }
        request.headers.set("Content-Type", type)
        // A gateway that refuses the request says so before gigabytes are sent.
        request.headers.set("Expect", "100-continue")
        request.body = [.file(path: file)]
        request.sends = sent
        return try await transfer(request)
    }

    /// Sends a request that may take hours, while bytes come or go.
    private func transfer(_ request: HTTPClientRequest) async throws(GatewayError) -> [UInt8]? {
        var request = request
        request.timeout = nil
        request.stallTimeout = Self.stallTime
        return try await send(request, limit: request.responseLimit)
    }

    /// Sends a request whose answer is a JSON object, and returns the object; nil when the gateway says that the object does not exist.
    func document(
        _ method: HTTPMethod, _ path: String, _ query: URLQuery = URLQuery(), body: [UInt8]? = nil
    ) async throws(GatewayError) -> JSONDocument? {
        guard let bytes = try await send(method, path, query, body: body) else { return nil }
        do throws(JSONError) { return try JSONDocument(parsing: bytes, sizeLimit: Self.answerLimit) } catch { throw malformed }
    }

    /// Returns true when deleted data has left the gateway's files; nil: a gateway of an earlier version does not say.
    func isErased() async throws(GatewayError) -> Bool? {
        guard let document = try await document(.get, "/erasure") else { return nil }
        return document.root["erased"].bool
    }

    /// The error of an answer that another version of the gateway may have given.
    var malformed: GatewayError { GatewayError("the answer of \(address.url) cannot be read; use the same version of harken there and here") }

    /// Returns an object with text members, as the body of a request.
    static func body(_ members: (name: String, value: String)...) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for member in members {
            writer.key(escaping: member.name)
            writer.value(member.value)
        }
        writer.endObject()
        return writer.bytes
    }
}
