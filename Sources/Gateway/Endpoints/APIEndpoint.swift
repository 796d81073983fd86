internal import API
internal import Admission
internal import Framing
internal import Net
internal import Protocols
internal import Recordings

/// The endpoint of an operation of the API: passes requests to the operation, and sends its answers.
struct APIEndpoint: Endpoint {
    /// Maximum size of a request's body, in bytes.
    private var longestBody: Int { operation.maxBody ?? (operation.scopes.isEmpty ? 8_192 : 1 << 20) }

    let operation: APIOperation
    let admission: Admission

    func credential(in head: HTTPRequestHead) -> Credential? { operation.scopes.isEmpty ? nil : HarkenCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let head = exchange.request
        do throws(RequestError) {
            let caller = try admit(exchange, call)
            if operation.streamed != nil { return run(caller, head, nil, ReceivedBody(exchange), exchange, call) }
            guard operation.readsBody else { return run(caller, head, nil, nil, exchange, call) }
            exchange.collectBody(limit: longestBody) { result in
                do throws(RequestError) {
                    let bytes = try result.mapError { RequestError($0, received: longestBody) }.get()
                    guard operation.maxBody == nil else { return run(caller, head, nil, nil, unread: bytes, exchange, call) }
                    run(caller, head, try Self.parsed(bytes), nil, exchange, call)
                } catch {
                    call.reject(exchange, error, .harken)
                }
            }
        } catch {
            call.reject(exchange, error, .harken)
        }
    }

    private func admit(_ exchange: HTTPExchange, _ call: Call) throws(RequestError) -> AuthenticatedCaller {
        guard !operation.scopes.isEmpty else { return AuthenticatedCaller(.local) }
        return try admission.authenticate(exchange, credential: call.shown, for: operation.scopes)
    }

    private static func parsed(_ bytes: [UInt8]) throws(RequestError) -> JSONValue {
        do throws(JSONError) {
            let value = try JSONValue(parsing: bytes)
            if case .object = value { return value }
        } catch {}
        throw .badRequest("The body must be a JSON object.")
    }

    /// - Parameter unread: a body that is too large to be parsed on the loop.
    private func run(
        _ caller: AuthenticatedCaller, _ head: HTTPRequestHead, _ body: JSONValue?, _ stream: ReceivedBody?, unread: [UInt8]? = nil,
        _ exchange: HTTPExchange, _ call: Call
    ) {
        let parameters = Route.parameters(of: head.path, in: operation.root + operation.path) ?? [:], client = call.client
        Task {
            do throws(APIError) {
                let request = APIRequest(
                    caller: caller, parameters: parameters, head: head, client: client, body: try read(unread) ?? body, stream: stream)
                let answer = try await operation.run(request)
                exchange.loop.execute { send(answer, exchange, call) }
            } catch {
                let response = ErrorResponse(status: error.status, headers: error.headers, body: error.json)
                // A key in the body was wrong.
                let isWrongKey = error.status == .unauthorized
                exchange.loop.execute {
                    if isWrongKey {
                        call.rejectCredential(exchange, response, .harken, reason: RequestError.unauthenticated.plain.code)
                    } else {
                        call.reject(exchange, response)
                    }
                }
            }
        }
    }

    private func read(_ bytes: [UInt8]?) throws(APIError) -> JSONValue? {
        guard let bytes else { return nil }
        do throws(RequestError) { return try Self.parsed(bytes) } catch { throw APIError(error) }
    }

    private func send(_ answer: APIAnswer, _ exchange: HTTPExchange, _ call: Call) {
        var call = call, headers = answer.headers
        if let erases = answer.erases { call.erases = erases }
        if headers["Cache-Control"] == nil { headers.set("Cache-Control", "no-store") }
        if let tag = headers["ETag"], exchange.request.headers.has("If-None-Match", element: tag) {
            return call.answer(exchange, HTTPResponseHead(.notModified, headers: headers))
        }
        if answer.status != .noContent { headers.set("Content-Type", answer.contentType) }
        let head = HTTPResponseHead(answer.status, headers: headers)
        if let feed = answer.feed {
            call.begin(exchange, head)
            return feed.send(to: exchange)
        }
        if let source = answer.source {
            call.begin(exchange, head)
            return SourceAnswer.send(source, to: exchange)
        }
        guard let blobs = answer.blobs else { return call.answer(exchange, head, answer.body) }
        BlobAnswer.send(blobs, head, to: exchange, call)
    }
}

extension APIOperation {
    /// Returns the operation's line in the table of routes.
    func route(_ admission: Admission) -> Route {
        Route(.http, method, root + path, renderer: .harken, erases: erases, APIEndpoint(operation: self, admission: admission))
    }
}
