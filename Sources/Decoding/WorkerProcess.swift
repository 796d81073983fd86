internal import Glibc

/// The gateway's view of a worker: a process, and the socket to it. The worker decodes one recording.
///
/// Only one owner holds the value: the turn, or the recording that took over from the turn.
struct WorkerProcess: Sendable {
    let id: pid_t
    let socket: Int32
    /// The process that started the worker, and that waits for its end.
    let factory: pid_t
}
