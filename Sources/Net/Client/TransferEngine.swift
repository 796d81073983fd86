internal import CCurl
import Glibc
import Synchronization

/// The thread that drives libcurl's transfers.
// Sendable by proof: `inbox` is synchronised; `transfers` is touched by the engine's thread only. The multi handle belongs to that thread, except for
// `curl_multi_wakeup`, which any thread may call while the handle lives: `inbox` is locked during this call, and tells when the handle is no longer
// valid.
final class TransferEngine: @unchecked Sendable {
    typealias Outcome = Result<HTTPClientResponse, HTTPClientError>

    private struct Order: Sendable {
        let id: Int
        let request: HTTPClientRequest
        let done: @Sendable (Outcome) -> Void
    }
    private struct Inbox {
        var orders: [Order] = []
        var cancelled: Set<Int> = []
        /// True after the shutdown: no more orders are accepted, and only the engine's own thread, which cleans up, may touch the multi handle.
        var isShutDown = false
    }

    /// Maximum number of connections that are kept open for later requests. libcurl would keep four times as many as there were transfers at once.
    private static let idleConnections = 32

    private let authorities: String?
    private let multi: UnsafeMutableRawPointer
    private let inbox = Mutex(Inbox())
    private var transfers: [Int: Transfer] = [:]

    init(authorities: String?) throws(HTTPClientError) {
        guard isCurlReady, let multi = curl_multi_init() else { throw .failed("libcurl does not start") }
        curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Self.idleConnections)
        self.authorities = authorities
        self.multi = multi
        do {
            try startThread(name: "http client") { [self] in run() }
        } catch {
            curl_multi_cleanup(multi)
            throw .failed("\(error)")
        }
    }

    /// - Parameter done: called once, on the engine's thread or from inside this call.
    func start(_ id: Int, _ request: HTTPClientRequest, done: @escaping @Sendable (Outcome) -> Void) {
        let isTaken = tell { $0.orders.append(Order(id: id, request: request, done: done)) }
        if !isTaken { done(.failure(.cancelled)) }
    }

    /// Cancels a transfer. Has no effect before `start`.
    func cancel(_ id: Int) {
        _ = tell { $0.cancelled.insert(id) }
    }

    func shutdown() {
        _ = tell { $0.isShutDown = true }
    }

    private func tell(_ change: (inout Inbox) -> Void) -> Bool {
        inbox.withLock { inbox in
            guard !inbox.isShutDown else { return false }
            change(&inbox)
            curl_multi_wakeup(multi)
            return true
        }
    }

    private func run() {
        while takeOrders() {
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            finishTransfers()
            curl_multi_poll(multi, nil, 0, 60_000, nil)
        }
        for (id, transfer) in transfers { end(id, transfer, .failure(.cancelled)) }
        curl_multi_cleanup(multi)
    }

    /// Starts new transfers and cancels others; returns false after the shutdown.
    private func takeOrders() -> Bool {
        let (orders, cancelled, isShutDown) = inbox.withLock { inbox in
            defer {
                inbox.orders = []
                inbox.cancelled = []
            }
            return (inbox.orders, inbox.cancelled, inbox.isShutDown)
        }
        for order in orders {
            guard !isShutDown, !cancelled.contains(order.id) else {
                order.done(.failure(.cancelled))
                continue
            }
            begin(order)
        }
        for id in cancelled {
            if let transfer = transfers[id] { end(id, transfer, .failure(.cancelled)) }
        }
        return !isShutDown
    }

    private func begin(_ order: Order) {
        do throws(HTTPClientError) {
            let transfer = try Transfer(order.id, order.request, authorities: authorities, done: order.done)
            guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else { throw .failed("libcurl takes no more transfers") }
            transfers[order.id] = transfer
        } catch {
            order.done(.failure(error))
        }
    }

    private func finishTransfers() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            let easy = message.pointee.easy_handle
            let code = curl_message_result(message)
            guard let (id, transfer) = transfers.first(where: { $0.value.easy == easy }) else { continue }
            end(id, transfer, transfer.outcome(of: code))
        }
    }

    private func end(_ id: Int, _ transfer: Transfer, _ outcome: Outcome) {
        transfers[id] = nil
        curl_multi_remove_handle(multi, transfer.easy)
        transfer.done(outcome)
    }
}

private let isCurlReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
