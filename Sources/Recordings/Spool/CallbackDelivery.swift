internal import Admission
internal import Framing
internal import Live
internal import Net
internal import Observability
package import Protocols

/// Sends a result to an address that a caller named. Only public addresses are allowed, and this machine's own while there are no keys and all
/// callers are local.
struct CallbackDelivery: Sendable {
    let services: RecordingServices

    private static let attempts = 10

    /// Sends until the answer is 2xx, at most ten times, with growing waits.
    ///
    /// - Returns: the status of the last answer; nil when there was no answer.
    func send(_ callback: Callback, signingKey: [UInt8]?, request id: String) async -> Int? {
        var wait = Duration.seconds(1)
        var last: Int?
        for attempt in 1...Self.attempts {
            var headers = callback.headers
            headers.set("Content-Type", "application/json")
            if let signingKey {
                headers.set(CallbackSignature.header, CallbackSignature.value(of: callback.body, key: signingKey, at: services.now()))
            }
            var request = HTTPClientRequest(callback.method, callback.address, headers: headers, body: callback.body)
            request.reach = await services.callbackReach()
            request.timeout = .seconds(10)
            request.responseLimit = 1 << 16
            if let response = try? await services.client.send(request) {
                last = response.status.code
                if (200..<300).contains(response.status.code) {
                    services.log.info("callback delivered", [.request: id, .count: "\(attempt)"])
                    return last
                }
                if callback.endsAtRejection, (400..<500).contains(response.status.code) { break }
            }
            guard attempt < Self.attempts, (try? await Task.sleep(for: wait)) != nil else { break }
            wait = min(wait * 2, .seconds(30))
        }
        services.log.warning("callback not delivered", [.request: id])
        return last
    }
}

extension RecordingServices {
    /// Returns the addresses to which results may be sent now.
    fileprivate func callbackReach() async -> HTTPClientRequest.Reach { await admission.loadOpenness() ? .anywhere : .publicOnly }

    /// Rejects an address for a result to which no request may go.
    package func checkCallback(_ address: String) async throws(RequestError) {
        guard let host = await callbackReach().forbiddenHost(in: address) else { return }
        throw .badRequest("The result cannot be sent to \(host), which is not a public address.")
    }
}
