internal import Glibc

/// A worker as the gateway sees it: a process and the socket to it. It decodes one recording.
///
/// Whoever holds it is the only one who does: the turn or the recording that took one.
struct WorkerProcess: Sendable {
    let id: pid_t
    let socket: Int32
    /// The process that started the worker, and waits for its end.
    let factory: pid_t
}
