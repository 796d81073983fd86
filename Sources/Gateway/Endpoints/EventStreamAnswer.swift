internal import Framing
internal import Net
internal import Observability

/// An answer of server-sent events, which begins with the first event. May be used from any thread; events are sent in the order of one thread's
/// calls.
final class EventStreamAnswer: Sendable {
    private let exchange: HTTPExchange
    private let call: Call
    private let headers: HTTPHeaders
    private let begun = AtomicFlag()

    init(_ exchange: HTTPExchange, _ call: Call, headers: HTTPHeaders) {
        self.exchange = exchange
        self.call = call
        self.headers = headers
    }

    var hasBegun: Bool { begun.isSet }

    /// - Parameter bytes: whole events.
    func send(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        let isFirst = !begun.isSet
        begun.set()
        exchange.loop.execute { [exchange, call, headers] in
            if isFirst { call.begin(exchange, HTTPResponseHead(.ok, headers: headers)) }
            exchange.write(bytes)
        }
    }

    func finish() {
        exchange.loop.execute { [exchange] in exchange.finish() }
    }
}
