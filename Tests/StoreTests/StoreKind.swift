import HarkenTesting
import Speech
import Store

/// The back ends that the tests of the contracts run against. Another one is a case here and a line in `backEnd`.
enum StoreKind: CaseIterable, Sendable {
    case sqlite

    /// Opens the back end in a folder of the test's own: a new, empty one, or what an earlier call has left.
    func backEnd(in folder: TemporaryFolder) throws -> any StoreBackEnd {
        switch self {
        case .sqlite: try SQLiteInstallation(in: DataDirectory(creating: folder.path))
        }
    }

    func stores(in folder: TemporaryFolder) throws -> Stores { try backEnd(in: folder).stores(now: { .at(0) }) }

    func open(in folder: TemporaryFolder) throws -> any ConversationStores { try backEnd(in: folder).conversations(now: { .at(0) }) }
}
