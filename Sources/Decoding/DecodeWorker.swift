internal import Audio
internal import CSystem
internal import Glibc
internal import Speech

/// The process that decodes one recording and ends: `harken decode-worker`, which only a gateway starts.
///
/// It gives up every right before it sees a byte of the recording, so a file that takes over libav has taken over a process that can use its
/// memory, its processor and the socket to the gateway, and nothing else.
package enum DecodeWorker {
    /// Where the gateway's socket is.
    static let socket: Int32 = 3

    /// What a worker may use. Given on its command line.
    package struct Limits: Sendable, Equatable {
        /// Address space in bytes. The program itself takes 280 MB of it, most of which is libraries that all processes share; an index of a day of
        /// AAC takes 110 MB.
        package var memory: Int
        /// Seconds of processor time.
        package var processorSeconds: Int

        package init(memory: Int = 512 << 20, processorSeconds: Int = 3_600) {
            self.memory = memory
            self.processorSeconds = processorSeconds
        }
    }

    /// Exit statuses.
    private enum Status {
        static let done: Int32 = 0
        static let failed: Int32 = 1
        static let wrongUsage: Int32 = 2
    }

    /// Below the loops and above nothing: decoding never delays a socket.
    private static let niceness: Int32 = 5

    /// Runs the process.
    ///
    /// - Parameter words: `MEMORY SECONDS`, as `Limits`; or `--selftest NUMBER`, which makes a forbidden system call.
    package static func run(_ words: [String]) -> Never {
        if words.first == "--selftest", words.count == 2, let which = Int32(words[1]) { test(which) }
        var type: Int32 = 0, size = socklen_t(MemoryLayout<Int32>.size)
        guard words.count == 2, let memory = Int(words[0]), let seconds = Int(words[1]), memory > 0, seconds > 0,
            getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0, type == Int32(SOCK_SEQPACKET.rawValue)
        else {
            let text = Array("harken decode-worker: harken serve starts this; there is nothing to do here\n".utf8)
            _ = write(STDERR_FILENO, text, text.count)
            _exit(Status.wrongUsage)
        }
        let isConfined = confine(Limits(memory: memory, processorSeconds: seconds))
        var bytes: [UInt8] = []
        send(.ready(isConfined: isConfined), &bytes)
        var order = [UInt8](repeating: 0, count: DecodeOrder.maxByteCount)
        var file: Int32 = -1
        let count = system_receive_descriptor(socket, &order, order.count, &file)
        // The gateway has gone, or needs it no more.
        guard count > 0 else { _exit(Status.done) }
        guard file >= 0, let order = DecodeOrder(order[..<count]) else { _exit(Status.wrongUsage) }
        do throws(MediaError) {
            try decode(order, file, &bytes)
        } catch {
            send(.failed(error.description), &bytes)
        }
        _exit(Status.done)
    }

    private static func decode(_ order: DecodeOrder, _ file: Int32, _ bytes: inout [UInt8]) throws(MediaError) {
        let media = try MediaFile(descriptor: file, format: order.format, rate: order.rate, channels: order.treatment)
        let channels = media.channelCount
        guard channels <= DecodeAnswer.maxChannels else { throw .undecodable("audio of \(channels) channels is not taken") }
        send(.opened(channels: channels, length: media.length, isGuessed: media.isLengthGuessed), &bytes)
        let count = SampleCount(DecodeAnswer.blockLength(channels: channels))
        while let block = try media.next(count) { send(.block(block.channels, skippedPackets: media.skippedPackets), &bytes) }
        send(.ended(skippedPackets: media.skippedPackets), &bytes)
    }

    /// Waits while the gateway has no use for more. Ends the process when nobody listens.
    private static func send(_ answer: DecodeAnswer, _ bytes: inout [UInt8]) {
        answer.write(to: &bytes)
        while Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) != bytes.count {
            guard errno == EINTR else { _exit(Status.failed) }
        }
    }

    /// Gives up what decoding does not need.
    ///
    /// - Returns: whether the system confines the process to the calls that decoding needs; its limits hold in any case.
    private static func confine(_ limits: Limits) -> Bool {
        MediaFile.prepare()
        preferToBeKilled()
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
        if system_die_with_parent() != 0 || system_renounce_privileges() != 0 { _exit(Status.failed) }
        // Whoever spawned it may have gone before that took effect: then the socket has been shut, and the first message fails.
        system_close_from(socket + 1)
        if system_is_sanitized() == 0 {
            limit(__rlimit_resource_t(RLIMIT_AS.rawValue), to: limits.memory)
            limit(__rlimit_resource_t(RLIMIT_DATA.rawValue), to: limits.memory)
        }
        limit(__rlimit_resource_t(RLIMIT_CPU.rawValue), to: limits.processorSeconds)
        limit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), to: 0)
        limit(__rlimit_resource_t(RLIMIT_CORE.rawValue), to: 0)
        // The recording's file is the only one to come.
        limit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), to: Int(socket) + 2)
        return system_enter_sandbox() == 0
    }

    /// When the machine has no memory left, the kernel takes this process, not the gateway.
    private static func preferToBeKilled() {
        let file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = write(file, "1000", 4)
        close(file)
    }

    private static func limit(_ resource: __rlimit_resource_t, to value: Int) {
        var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
        // Where the limit of whoever started the gateway is lower, that one holds.
        guard setrlimit(resource, &limit) != 0 else { return }
        if errno != EPERM && errno != EINVAL { _exit(Status.failed) }
    }

    /// Dies by SIGSYS where the filter works, exits with 0 where a call got through, and with 1 where there is no filter.
    private static func test(_ which: Int32) -> Never {
        guard confine(Limits()) else { _exit(Status.failed) }
        _ = system_try_call(which)
        _exit(Status.done)
    }
}
