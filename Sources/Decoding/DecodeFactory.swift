internal import Audio
internal import CSystem
internal import Glibc

/// The process that starts workers: `harken decode-worker`. Only a gateway starts it.
///
/// The factory loads libav once and forks for each recording, so that a worker starts in a millisecond and shares the loaded memory. The factory
/// itself reads only the gateway's orders: never a recording, and no message of a worker.
package enum DecodeFactory {
    /// The descriptor of the gateway's socket.
    static let socket: Int32 = 3

    /// Exit statuses of the factory and of workers.
    enum Status {
        static let done: Int32 = 0
        static let failed: Int32 = 1
        static let wrongUsage: Int32 = 2
        static let denied: Int32 = 3
    }

    /// Priority of decoding: below the event loops, so that decoding never delays a socket.
    private static let niceness: Int32 = 5

    /// Runs the process.
    ///
    /// - Parameter words: `MEMORY SECONDS`, the limits of `DecodeWorker.Limits`; or `--selftest NUMBER`, which makes a forbidden system call.
    package static func run(_ words: [String]) -> Never {
        if words.first == "--selftest", words.count == 2, let which = Int32(words[1]) {
            prepare()
            DecodeWorker.test(which)
        }
        var type: Int32 = 0, size = socklen_t(MemoryLayout<Int32>.size)
        guard words.count == 2, let memory = Int(words[0]), let seconds = Int(words[1]), memory > 0, seconds > 0,
            getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0, type == Int32(SOCK_SEQPACKET.rawValue)
        else {
            let text = Array("harken decode-worker: only harken serve starts this command; you need not run it\n".utf8)
            _ = write(STDERR_FILENO, text, text.count)
            _exit(Status.wrongUsage)
        }
        prepare()
        let limits = DecodeWorker.Limits(memory: memory, processorSeconds: seconds)
        var workers: Set<pid_t> = []
        while true {
            let (order, descriptor) = receive()
            let answer: FactoryAnswer
            switch order {
            case .start: answer = start(limits, on: descriptor, &workers)
            case .end(let id): answer = end(id, &workers)
            }
            let bytes = answer.bytes
            while send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) != bytes.count {
                guard errno == EINTR else { _exit(Status.failed) }
            }
        }
    }

    /// Loads the libraries for the workers, and gives up the rights that no worker needs.
    private static func prepare() {
        MediaFile.prepare()
        preferToBeKilled()
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
        if system_die_with_parent() != 0 || system_renounce_privileges() != 0 { _exit(Status.failed) }
        // The gateway may have ended before the previous calls took effect. In that case its socket is closed, and no order arrives.
        system_close_from(socket + 1)
    }

    /// Makes the kernel kill this process or a worker before it kills the gateway, when memory runs out.
    private static func preferToBeKilled() {
        let file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = write(file, "1000", 4)
        close(file)
    }

    /// Waits for the next order. Ends the process, and thereby all workers, when the gateway has gone.
    private static func receive() -> (order: FactoryOrder, descriptor: Int32) {
        var bytes = [UInt8](repeating: 0, count: FactoryOrder.byteCount + 1)
        while true {
            var descriptor: Int32 = -1
            let count = system_receive_descriptor(socket, &bytes, bytes.count, &descriptor)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { _exit(Status.done) }
            guard let order = FactoryOrder(bytes[..<count]) else { _exit(Status.wrongUsage) }
            return (order, descriptor)
        }
    }

    private static func start(_ limits: DecodeWorker.Limits, on descriptor: Int32, _ workers: inout Set<pid_t>) -> FactoryAnswer {
        guard descriptor >= 0 else { return .failed(code: EBADF) }
        let factory = getpid()
        let id = system_fork()
        if id == 0 { DecodeWorker.run(limits, on: descriptor, factory: factory) }
        let code = errno
        close(descriptor)
        guard id > 0 else { return .failed(code: code) }
        workers.insert(id)
        return .started(id)
    }

    private static func end(_ id: pid_t, _ workers: inout Set<pid_t>) -> FactoryAnswer {
        // Only a child that was not waited for is sure to keep its process number.
        guard workers.remove(id) != nil else { return .failed(code: ESRCH) }
        kill(id, SIGKILL)
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0 {
            guard errno == EINTR else { return .failed(code: errno) }
        }
        return .ended(status: status)
    }
}
