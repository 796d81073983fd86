internal import Framing
internal import Net

/// Sends a result to an address that a caller named: only public ones, or this machine's while no key exists and callers are local anyway.
struct CallbackDelivery: Sendable {
    let gateway: GatewayService

    private static let attempts = 10

    func send(_ body: [UInt8], to address: String, method: HTTPMethod, request id: String) async {
        var wait = Duration.seconds(1)
        for attempt in 1...Self.attempts {
            var request = HTTPClientRequest(method, address, headers: ["Content-Type": "application/json"], body: body)
            request.reach = gateway.access.isOpenToThisMachineOnly ? .anywhere : .publicOnly
            request.timeout = .seconds(30)
            request.responseLimit = 1 << 16
            if let response = try? await gateway.client.send(request), (200..<300).contains(response.status.code) {
                gateway.log.info("callback delivered", [.request: id, .count: "\(attempt)"])
                return
            }
            guard attempt < Self.attempts, (try? await Task.sleep(for: wait)) != nil else { break }
            wait = min(wait * 2, .seconds(30))
        }
        gateway.log.warning("callback not delivered", [.request: id])
    }
}
