internal import Audio
internal import CSystem
internal import Glibc
internal import Speech

/// The process that decodes one recording and ends: a copy of the factory's.
///
/// A worker gives up every right before it sees a byte of the recording, so a file that takes over libav has taken over a process that can use its
/// memory, its processor and the socket to the gateway, and nothing else.
package enum DecodeWorker {
    /// The descriptor of the socket to the gateway.
    private static let socket = DecodeFactory.socket

    /// Limits of a worker. They stand on the factory's command line.
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

    /// Runs the process, just copied from the factory.
    ///
    /// - Parameters:
    ///   - descriptor: the worker's end of its socket.
    ///   - factory: the parent process.
    static func run(_ limits: Limits, on descriptor: Int32, factory: pid_t) -> Never {
        // The factory's own socket is closed by this.
        guard dup2(descriptor, socket) == socket else { _exit(DecodeFactory.Status.failed) }
        system_close_from(socket + 1)
        guard system_die_with_parent() == 0, getppid() == factory else { _exit(DecodeFactory.Status.failed) }
        let isConfined = confine(limits)
        var bytes: [UInt8] = []
        send(.ready(isConfined: isConfined), &bytes)
        var order = [UInt8](repeating: 0, count: DecodeOrder.maxByteCount)
        var file: Int32 = -1
        let count = system_receive_descriptor(socket, &order, order.count, &file)
        // The gateway has gone, or needs the worker no more.
        guard count > 0 else { _exit(DecodeFactory.Status.done) }
        guard file >= 0, let order = DecodeOrder(order[..<count]) else { _exit(DecodeFactory.Status.wrongUsage) }
        do throws(MediaError) {
            try decode(order, file, &bytes)
        } catch {
            send(.failed(error.description), &bytes)
        }
        _exit(DecodeFactory.Status.done)
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
            guard errno == EINTR else { _exit(DecodeFactory.Status.failed) }
        }
    }

    /// Sets the limits, and gives up every system call that decoding does not need.
    ///
    /// - Returns: whether the system confines the process to the calls that decoding needs; its limits hold in any case.
    private static func confine(_ limits: Limits) -> Bool {
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

    private static func limit(_ resource: __rlimit_resource_t, to value: Int) {
        var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
        // A lower limit that the gateway was started with holds.
        guard setrlimit(resource, &limit) != 0 else { return }
        if errno != EPERM && errno != EINVAL { _exit(DecodeFactory.Status.failed) }
    }

    /// Dies by SIGSYS where the filter works, exits with 0 where a call got through, and with 1 where there is no filter.
    static func test(_ which: Int32) -> Never {
        guard confine(Limits()) else { _exit(DecodeFactory.Status.failed) }
        _ = system_try_call(which)
        _exit(DecodeFactory.Status.done)
    }
}
