internal import Admission
internal import Framing
internal import Live
internal import Net
internal import Observability
package import Protocols
internal import Speech

/// Sends a result to an address that a caller named. Only public addresses are allowed, and this machine's own while there are no keys and all
/// callers are local.
struct CallbackDelivery: Sendable {
    let services: RecordingServices

    /// Sends until the answer is 2xx, for as long as the callback's promise says.
    ///
    /// - Returns: the status of the last answer; nil when there was no answer.
    func send(_ callback: Callback, signingKey: [UInt8]?, request id: String) async -> Int? {
        let sender = DeliverySender(client: services.client, now: services.now), begin = services.now()
        var generator = SystemRandomNumberGenerator()
        var last: Int?, failures = 0
        while !Task.isCancelled {
            var headers = callback.headers
            headers.set("Content-Type", "application/json")
            if let signingKey {
                headers.set(CallbackSignature.header, CallbackSignature.value(of: callback.body, key: signingKey, at: services.now()))
            }
            var request = HTTPClientRequest(callback.method, callback.address, headers: headers, body: callback.body)
            request.reach = await services.callbackReach()
            let answer = await sender.send(request, under: callback.promise)
            last = answer.status ?? last
            if case .accepted = answer {
                services.log.info("callback delivered", [.request: id, .count: "\(failures + 1)"])
                return last
            }
            failures += 1
            guard case .failed(_, let asked) = answer,
                case .again(let wait) = callback.promise.schedule.step(
                    after: failures, failing: services.now() - begin, asked: asked, using: &generator),
                (try? await Task.sleep(for: wait)) != nil
            else { break }
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
