internal import CPostgres
import Dispatch
import Glibc
import Speech
import Synchronization

/// The listener for changes that other replicas make. The listener has a connection and a thread of its own, and connects again after a loss.
final class PostgresListener: Sendable {
    /// Time after which the thread looks whether it is to stop.
    private static let pollMilliseconds: Int32 = 1_000
    private static let pause: UInt32 = 500_000
    private static let listening = "DO $$ BEGIN EXECUTE 'LISTEN ' || quote_ident(left('harken_' || current_schema(), 63)); END $$"

    private struct State {
        var takers: [@Sendable (ReplicaChange) -> Void] = []
        var hasBegun = false
        var isStopped = false
    }

    private let address: PostgresAddress
    private let replica: String
    private let state = Mutex(State())

    /// - Parameter replica: the id of this process, whose own changes are left out.
    init(_ address: PostgresAddress, replica: String) {
        self.address = address
        self.replica = replica
    }

    deinit { stop() }

    /// Calls `changed` for each change, from the listener's thread. The first call begins to listen.
    func add(_ changed: @escaping @Sendable (ReplicaChange) -> Void) {
        let begins = state.withLock { state in
            state.takers.append(changed)
            defer { state.hasBegun = true }
            return !state.hasBegun
        }
        guard begins else { return }
        DispatchQueue(label: "harken.store.listener").async { [weak self] in
            while let self, !self.isStopped { self.listen() }
        }
    }

    func stop() { state.withLock { $0.isStopped = true } }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func tell(_ change: ReplicaChange) { for taker in state.withLock({ $0.takers }) { taker(change) } }

    /// Listens on one connection until it is lost.
    private func listen() {
        guard (try? PostgresLibrary.open()) != nil, let handle = cpostgres_connect(address.url, address.systemRoots()) else {
            return _ = usleep(Self.pause)
        }
        defer { cpostgres_finish(handle) }
        guard cpostgres_status(handle) == Int32(CPOSTGRES_CONNECTION_OK), cpostgres_execute(handle, Self.listening) == 0 else {
            return _ = usleep(Self.pause)
        }
        // Notifications from before the connection were not heard.
        tell(.unknown)
        while !isStopped {
            var waiting = pollfd(fd: cpostgres_socket(handle), events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, Self.pollMilliseconds)
            guard ready > 0 else { continue }
            guard cpostgres_consume(handle) == 1 else { return }
            while let text = cpostgres_notification(handle) {
                defer { cpostgres_free_notification(text) }
                if let change = change(in: String(cString: cpostgres_notification_payload(text))) { tell(change) }
            }
        }
    }

    /// Returns the change that a notice tells; nil for changes of this process, and of kinds that another version of Harken has.
    private func change(in notice: String) -> ReplicaChange? {
        let parts = notice.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0] != replica else { return nil }
        switch parts[1] {
        case "engine": return .engine(EngineName(parts[2...].joined(separator: " ")))
        case "usage": return .usage(ID(parts[2...].joined(separator: " ")))
        case "people": return .people(ID(parts[2...].joined(separator: " ")))
        case "windows": return Int64(parts[2]).map { .windows(archive: $0) }
        case "jobs": return .jobs
        case "deletions":
            let user = parts[2...].joined(separator: " ")
            return user.isEmpty ? .deletionEnded : .deletionBegun(ID(user))
        case "wanted": return parts.count == 4 && parts[3] == replica ? .wanted(ID(String(parts[2]))) : nil
        default: return nil
        }
    }
}
