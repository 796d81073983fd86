internal import CSystem
import Glibc
import Synchronization

/// Resolves names on a few threads of its own, because `getaddrinfo` blocks.
package final class Resolver: Sendable {
    private struct State {
        var questions: [@Sendable () -> Void] = []
        var idle = 0
        var threads = 0
    }

    private let maxThreadCount: Int
    private let state = Mutex(State())
    private let semaphore = Semaphore()

    package init(maxThreadCount: Int = 4) {
        self.maxThreadCount = max(1, maxThreadCount)
    }

    /// Resolves a name or an address.
    ///
    /// - Parameter done: called on the loop, never from inside this call. The addresses are in the order in which to try them, with IPv6 and IPv4 in
    ///   turn.
    func resolve(_ host: String, port: UInt16, on loop: Loop, _ done: @escaping @Sendable (Result<[SocketAddress], ResolverError>) -> Void) {
        if let ip = IPAddress(host) {
            loop.execute { done(.success([SocketAddress(ip, port: port)])) }
            return
        }
        let mustStart = state.withLock { state in
            state.questions.append {
                let result = lookUp(host, port: port)
                loop.execute { done(result) }
            }
            guard state.questions.count > state.idle, state.threads < maxThreadCount else { return false }
            state.threads += 1
            return true
        }
        semaphore.signal()
        guard mustStart else { return }
        do {
            try startThread(name: "resolver") { [self] in answerQuestions() }
        } catch {
            let isAlone = state.withLock { state in
                state.threads -= 1
                return state.threads == 0
            }
            if isAlone { loop.execute { done(.failure(ResolverError(reason: "\(error)"))) } }
        }
    }

    /// Answers queued questions. A thread ends some seconds after the last question.
    private func answerQuestions() {
        while true {
            state.withLock { $0.idle += 1 }
            let isSignalled = semaphore.wait(seconds: 10)
            let question = state.withLock { state in
                state.idle -= 1
                let question = state.questions.isEmpty ? nil : state.questions.removeFirst()
                if question == nil, !isSignalled { state.threads -= 1 }
                return question
            }
            if let question { question() } else if !isSignalled { return }
        }
    }
}

private func lookUp(_ host: String, port: UInt16) -> Result<[SocketAddress], ResolverError> {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &list)
    guard code == 0 else { return .failure(ResolverError(reason: String(cString: gai_strerror(code)))) }
    defer { freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = list
    while let entry = next {
        next = entry.pointee.ai_next
        guard let address = entry.pointee.ai_addr else { continue }
        var storage = sockaddr_storage()
        memcpy(&storage, address, Int(min(entry.pointee.ai_addrlen, socklen_t(MemoryLayout<sockaddr_storage>.size))))
        guard let found = SocketAddress(storage) else { continue }
        addresses.append(SocketAddress(found.ip, port: port))
    }
    return .success(interleave(addresses))
}

/// Returns the addresses with their families in turn, beginning with the family of the first address (RFC 8305).
private func interleave(_ addresses: [SocketAddress]) -> [SocketAddress] {
    var first = addresses.filter { $0.ip.family == addresses.first?.ip.family }[...]
    var second = addresses.filter { $0.ip.family != addresses.first?.ip.family }[...]
    var result: [SocketAddress] = []
    while !first.isEmpty || !second.isEmpty {
        if let address = first.popFirst() { result.append(address) }
        if let address = second.popFirst() { result.append(address) }
    }
    return result
}

/// The reason for which a name has no address.
package struct ResolverError: Error, Equatable, Sendable {
    package let reason: String
}
