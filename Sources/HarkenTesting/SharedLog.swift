internal import Synchronization

/// A list of entries that several doubles of a test write, from any thread.
package final class SharedLog: Sendable {
    private let list = Mutex([String]())

    package init() {}

    package var entries: [String] { list.withLock { $0 } }

    package func append(_ entry: String) { list.withLock { $0.append(entry) } }
}
