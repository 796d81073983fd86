import CSQLite
import Dispatch
import Synchronization

/// The result of SQLite's `quick_check`, which reads the whole file.
package enum QuickCheck: Sendable, Equatable {
    /// Every page is sound.
    case whole
    /// No damage was found before the time limit.
    case unfinished

    /// Reads the database's pages until the first damage, the end of the file, or the time limit. Without any time it reads none.
    ///
    /// - Throws: `corrupt`, with a description of the damage.
    static func run(on connection: SQLiteConnection, path: String, within time: Duration) throws(StoreError) -> QuickCheck {
        guard time > .zero else { return .unfinished }
        let interruption = SignalWatcher(of: connection.handle)
        let (seconds, attoseconds) = time.components
        let deadline = DispatchTime.now() + .nanoseconds(Int(min(seconds, 3_600)) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))
        let timer = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
        timer.schedule(deadline: deadline)
        timer.setEventHandler { interruption.fire() }
        timer.resume()
        defer {
            timer.cancel()
            interruption.end()
        }
        var finding = "ok"
        do throws(StoreError) {
            try connection.run("PRAGMA quick_check(1)") { (row) throws(StoreError) in finding = row.text(0) ?? finding }
        } catch {
            guard case .failed(code: Int(SQLITE_INTERRUPT), _) = error else { throw error }
            return .unfinished
        }
        guard finding == "ok" else { throw .corrupt(path: path, detail: finding) }
        return .whole
    }
}

/// Interrupts a connection's statement from another thread, for as long as the connection is known to live.
// Sendable by proof: the handle is used under the lock only, and not after `end`, which the connection's owner calls before closing the connection.
private final class SignalWatcher: @unchecked Sendable {
    private let handle: OpaquePointer
    private let isOver = Mutex(false)

    init(of handle: OpaquePointer) { self.handle = handle }

    func fire() { isOver.withLock { if !$0 { sqlite3_interrupt(handle) } } }

    func end() { isOver.withLock { $0 = true } }
}
