import Net
import Observability
import Synchronization

/// The temporary tokens that the next gateway gets, in a file in memory.
final class HandedTokens: Sendable {
    private let file = Mutex<MemoryFile?>(nil)

    /// Returns the descriptor of a new file, which is valid until the next call; nil when there is no memory for the file.
    func descriptor(_ document: [UInt8], _ log: Log) -> Int32? {
        do throws(SystemError) {
            let made = try MemoryFile(document, name: "harken-tokens")
            file.withLock { $0 = made }
            return made.descriptor
        } catch {
            log.warning("the next gateway will not know the temporary tokens of this one", [.error: "\(error)"])
            return nil
        }
    }
}
