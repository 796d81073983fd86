import Speech

/// Connects to the first of several addresses that answers (RFC 8305, simplified). Loop-confined.
final class Dialer {
    private let loop: Loop
    private let delay: Duration
    private var waiting: ArraySlice<SocketAddress>
    private var running: [ObjectIdentifier: Dial] = [:]
    private var timer: Loop.Timer?
    private var lastError = SystemError(call: "connect", code: 0)
    private var done: ((Result<(Int32, SocketAddress), SystemError>) -> Void)?

    /// - Parameters:
    ///   - delay: the time for one address before the next address is tried in parallel.
    ///   - done: called once, unless `cancel` came first, and never from inside this call. The receiver owns the descriptor.
    init(to addresses: [SocketAddress], delay: Duration, on loop: Loop, done: @escaping (Result<(Int32, SocketAddress), SystemError>) -> Void) {
        self.loop = loop
        self.delay = delay
        self.done = done
        waiting = addresses[...]
        loop.soon { [self] in tryNext() }
    }

    func cancel() {
        done = nil
        stop()
    }

    private func tryNext() {
        timer?.cancel()
        timer = nil
        while done != nil, let address = waiting.popFirst() {
            do throws(SystemError) {
                let reference = Reference()
                let dial = try Dial(to: address, on: loop) { [self] result in
                    if let dial = reference.dial { running[ObjectIdentifier(dial)] = nil }
                    reference.dial = nil
                    ended(result.map { ($0, address) })
                }
                reference.dial = dial
                running[ObjectIdentifier(dial)] = dial
                if !waiting.isEmpty { timer = loop.schedule(at: loop.now + delay) { [self] in tryNext() } }
                return
            } catch {
                lastError = error
            }
        }
        if running.isEmpty { finish(.failure(lastError)) }
    }

    /// Gives an attempt's callback access to the attempt.
    private final class Reference {
        var dial: Dial?
    }

    private func ended(_ result: Result<(Int32, SocketAddress), SystemError>) {
        switch result {
        case .success: finish(result)
        case .failure(let error):
            lastError = error
            tryNext()
        }
    }

    private func finish(_ result: Result<(Int32, SocketAddress), SystemError>) {
        let done = self.done
        self.done = nil
        stop()
        done?(result)
    }

    private func stop() {
        timer?.cancel()
        timer = nil
        waiting = []
        for dial in running.values { dial.cancel() }
        running = [:]
    }
}
