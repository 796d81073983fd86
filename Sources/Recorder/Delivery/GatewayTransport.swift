internal import Framing
package import Net
internal import Speech

/// Delivers upload items to a gateway's background routes.
package struct GatewayTransport: UploadTransport {
    /// Time limit for an answer. The gateway answers within 50 s, even if only to report that it is still at work.
    private static let patience: Duration = .seconds(70)
    private static let maxAnswer = 16 << 20

    private let client: HTTPClient
    private let root: String
    private let headers: HTTPHeaders

    /// - Parameters:
    ///   - server: the gateway's address, `http` or `https`.
    ///   - token: the access key; nil when the gateway needs none.
    package init(server: String, token: String?, client: HTTPClient) {
        var root = server
        while root.hasSuffix("/") { root.removeLast() }
        self.root = root + "/v2/desktop/"
        self.client = client
        var headers: HTTPHeaders = ["X-App-Platform": "desktop"]
        if let token { headers.set("Authorization", "Bearer " + token) }
        self.headers = headers
    }

    package func deliver(_ item: UploadItem) async -> Receipt {
        let receipt = await send(item)
        guard case .start(let conversation, let language, let title, _?) = item, receipt.hasBadStart else { return receipt }
        // This machine's clock is wrong. The audio is worth more than its date, and later recordings wait behind it.
        var answer = await send(.start(conversation: conversation, language: language, title: title, started: nil))
        answer.undated = receipt.detail ?? ""
        return answer
    }

    private func send(_ item: UploadItem) async -> Receipt {
        do throws(HTTPClientError) {
            return Self.receipt(try await client.send(request(for: item)))
        } catch {
            return Receipt(.unavailable, isAnswered: false)
        }
    }

    private func request(for item: UploadItem) -> HTTPClientRequest {
        var request: HTTPClientRequest
        switch item {
        case .start(let conversation, let language, let title, let started):
            var json = JSONWriter()
            json.beginObject()
            json.member("client_conversation_id", conversation)
            json.member("source", "desktop")
            json.member("language", optional: language)
            if let title { json.member("title", title) }
            json.member("started_at", optional: started?.rfc3339)
            json.endObject()
            request = HTTPClientRequest(.post, root + "background-conversation/start", headers: headers, body: json.bytes)
            request.headers.set("Content-Type", "application/json")
        case .chunk(let name, let conversation, let start, let audio, let language):
            var query: URLQuery = [
                "conversation_id": conversation, "chunk_id": name, "chunk_start_ms": String(start), "sample_rate": "16000", "channels": "1",
                "encoding": "linear16",
            ]
            if let language { query.add("language", language) }
            request = HTTPClientRequest(.post, root + "background-transcribe?" + query.encoded, headers: headers, body: audio)
            request.headers.set("Content-Type", "application/octet-stream")
        case .finish(let conversation):
            request = HTTPClientRequest(
                .post, root + "background-conversation/\(PercentCoding.encode(conversation))/finish", headers: headers, body: [])
        }
        request.timeout = Self.patience
        request.responseLimit = Self.maxAnswer
        return request
    }

    static func receipt(_ response: HTTPClientResponse) -> Receipt {
        let value = (try? JSONValue(parsing: response.body)) ?? .null
        func text(_ name: String) -> String? { if case .string(let text)? = value[name] { text } else { nil } }
        // A date in this header is ignored, and the usual wait applies.
        let after = response.headers["Retry-After"].flatMap { Int($0) }.map { Duration.seconds(min(max($0, 0), 86_400)) }
        let code = text("code")
        var receipt = Receipt(
            DeliveryAnswer(status: response.status.code, retryAfter: after, code: code), conversation: text("conversation_id"),
            title: text("title"), detail: text("detail").map { $0.prefix(bytes: 300) })
        receipt.hasBadStart = code == "bad_started_at"
        return receipt
    }
}
