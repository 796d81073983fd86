internal import Audio
internal import CSystem
internal import Glibc
internal import Speech

/// The process that decodes one recording and then ends: a fork of the factory.
///
/// A worker gives up every right before it reads a byte of the recording. A malicious file that takes over libav thus controls a process that can use
/// only its memory, its processor time, and the socket to the gateway.
package enum DecodeWorker {
    /// The descriptor of the socket to the gateway.
    private static let socket = DecodeFactory.socket

    /// Limits of a worker. The factory's command line has them.
    package struct Limits: Sendable, Equatable {
        /// Address space in bytes. The program itself takes 280 MB, mostly libraries that all processes share; the index of a day of AAC takes 110
        /// MB.
        package var memory: Int
        /// Maximum processor time in seconds.
        package var processorSeconds: Int

        package init(memory: Int = 512 << 20, processorSeconds: Int = 3_600) {
            self.memory = memory
            self.processorSeconds = processorSeconds
        }
    }

    /// Runs the process after the factory's fork.
    ///
    /// - Parameters:
    ///   - descriptor: the worker's end of its socket.
    ///   - factory: the parent process.
    static func run(_ limits: Limits, on descriptor: Int32, factory: pid_t) -> Never {
        // This closes the factory's own socket.
        guard dup2(descriptor, socket) == socket else { _exit(DecodeFactory.Status.failed) }
        system_close_from(socket + 1)
        guard system_die_with_parent() == 0, getppid() == factory else { _exit(DecodeFactory.Status.failed) }
        let isConfined = confine(limits)
        var bytes: [UInt8] = []
        send(.ready(isConfined: isConfined), &bytes)
        var order = [UInt8](repeating: 0, count: DecodeOrder.maxByteCount)
        var file: Int32 = -1
        let count = system_receive_descriptor(socket, &order, order.count, &file)
        // The gateway has gone, or does not need the worker any more.
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
        let media = try MediaFile(descriptor: file, format: order.format, rate: order.rate, channels: order.treatment, tracks: order.tracks)
        let channels = media.channelCount
        guard channels <= DecodeAnswer.maxChannels else { throw .undecodable("audio of \(channels) channels is not taken") }
        send(
            .opened(
                channels: channels, length: media.length, isGuessed: media.isLengthGuessed, isPlain: media.isPlain, recorded: media.recorded,
                notices: media.notices), &bytes)
        let count = SampleCount(DecodeAnswer.blockLength(channels: channels))
        while let block = try media.next(count) { send(.block(block.channels, skippedPackets: media.skippedPackets), &bytes) }
        send(.ended(skippedPackets: media.skippedPackets, notices: media.notices), &bytes)
    }

    /// Sends an answer; waits while the gateway does not read. Ends the process when the gateway has gone.
    private static func send(_ answer: DecodeAnswer, _ bytes: inout [UInt8]) {
        answer.write(to: &bytes)
        while Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) != bytes.count {
            guard errno == EINTR else { _exit(DecodeFactory.Status.failed) }
        }
    }

    /// Sets the limits, and gives up every system call that decoding does not need.
    ///
    /// - Returns: true if the system confines the process to the calls that decoding needs. The limits hold in any case.
    private static func confine(_ limits: Limits) -> Bool {
        if system_is_sanitized() == 0 {
            limit(__rlimit_resource_t(RLIMIT_AS.rawValue), to: limits.memory)
            limit(__rlimit_resource_t(RLIMIT_DATA.rawValue), to: limits.memory)
        }
        limit(__rlimit_resource_t(RLIMIT_CPU.rawValue), to: limits.processorSeconds)
        limit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), to: 0)
        limit(__rlimit_resource_t(RLIMIT_CORE.rawValue), to: 0)
        // The recording's file is the only further descriptor.
        limit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), to: Int(socket) + 2)
        return system_enter_sandbox(socket) == 0
    }

    private static func limit(_ resource: __rlimit_resource_t, to value: Int) {
        var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
        // A lower limit with which the gateway was started stays in force.
        guard setrlimit(resource, &limit) != 0 else { return }
        if errno != EPERM && errno != EINVAL { _exit(DecodeFactory.Status.failed) }
    }

    /// Makes a forbidden call. Where the filter works, dies by SIGSYS or exits with 3. Exits with 0 when the call succeeded, and with 1 when there is
    /// no filter.
    static func test(_ which: Int32) -> Never {
        guard confine(Limits()) else { _exit(DecodeFactory.Status.failed) }
        _exit(system_try_call(which) < 0 ? DecodeFactory.Status.denied : DecodeFactory.Status.done)
    }
}
