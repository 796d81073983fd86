import Net
import Observability
import Store

/// The place at which the next gateway asks for this one's sockets.
struct HandOver: Sendable {
    /// The Unix socket; nil when it could not be made, so that no gateway can take over.
    private let server: HandOverServer?
    private let log: Log

    /// - Parameter descriptor: the Unix socket, when an earlier gateway has made it; nil: a new one is made in the directory.
    init(_ directory: DataDirectory, adopting descriptor: Int32?, _ log: Log) {
        self.log = log
        do throws(SystemError) {
            server = if let descriptor { try HandOverServer(adopting: descriptor) } else { try HandOverServer(at: directory.handOver) }
        } catch {
            log.warning("no other gateway can take over from this one", [.path: directory.handOver, .error: "\(error)"])
            server = nil
        }
    }

    /// Waits until the next gateway has taken the sockets, or until the task is cancelled.
    ///
    /// - Parameter sockets: returns the sockets to hand over.
    /// - Returns: the process that has taken the sockets; nil when the task was cancelled.
    func untilTaken(_ sockets: @escaping @Sendable () -> [HandedSocket]) async -> Int32? {
        guard let server else {
            await untilCancelled()
            return nil
        }
        return await server.handOver(sockets) { [log] error in
            log.warning("another gateway asked for the sockets and did not take them", [.error: "\(error)"])
        }
    }
}
