internal import Audio
internal import CSystem
internal import Glibc
internal import Speech

/// The gateway's view of a recording that a worker decodes.
///
/// The worker decodes ahead as far as the socket takes its messages. Every message is checked, and a worker that sends an invalid one is killed.
final class WorkerMedia: DecodedMedia {
    let rate: SampleRate
    private(set) var channelCount = 1
    private(set) var length: SampleCount?
    private(set) var isLengthGuessed = false
    private(set) var skippedPackets = 0
    private(set) var isPlain = true
    private(set) var notices: [RecordingNotice] = []
    private(set) var recorded: UnixTime?
    private let workers: DecodeWorkers
    /// The worker; nil when the recording is over.
    private var process: WorkerProcess?
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: DecodeAnswer.maxByteCount, alignment: 16)
    /// Samples that were received and not returned yet, by channel.
    private var ready: [[Float]] = []
    private var taken = SampleIndex.zero
    private var hasEnded = false
    /// True if the last block was received: a block that is not full is the last one.
    private var hasLastBlock = false

    /// Time between two checks whether the caller's task was cancelled.
    private static let lookInterval: Duration = .milliseconds(100)

    /// - Parameter file: the open file, which is not needed after this call.
    init(_ process: WorkerProcess, of workers: DecodeWorkers, _ order: DecodeOrder, file: Int32) throws(MediaError) {
        self.workers = workers
        self.process = process
        rate = order.rate
        // The file is not to blame for a failure before the worker has it.
        guard case .ready(let isConfined) = try receive(process, beforeFile: true, channels: nil) else {
            _ = fail(process, .invalid)
            throw Self.notStarted
        }
        if !isConfined { workers.foundUnconfined() }
        let bytes = order.bytes
        guard system_send_descriptor(process.socket, bytes, bytes.count, file) == bytes.count else {
            self.process = nil
            workers.end(process, .crashed)
            throw Self.notStarted
        }
        switch try receive(process, beforeFile: false, channels: nil) {
        case .opened(let channels, let length, let isGuessed, let isPlain, let recorded, let notices):
            guard order.treatment == .separate || channels == 1 else { throw fail(process, .invalid) }
            channelCount = channels
            self.length = length
            self.isPlain = isPlain
            self.recorded = recorded
            self.notices = notices
            isLengthGuessed = isGuessed
            ready = Array(repeating: [], count: channels)
        case .failed(let reason): throw finish(process, reason)
        case .ready, .block, .ended, .forbidden: throw fail(process, .invalid)
        }
    }

    deinit {
        buffer.deallocate()
        if let process { workers.end(process) }
    }

    func next(_ count: SampleCount) throws(MediaError) -> AudioBlock? {
        let count = Int(max(1, count.samples))
        while ready[0].count < count, !hasEnded { try receiveBlock() }
        let found = min(count, ready[0].count)
        guard found > 0 else { return nil }
        let start = taken
        taken += SampleCount(found)
        guard found < ready[0].count else {
            defer { for channel in ready.indices { ready[channel] = [] } }
            return AudioBlock(start: start, channels: ready)
        }
        let block = AudioBlock(start: start, channels: ready.map { Array($0.prefix(found)) })
        for channel in ready.indices { ready[channel].removeFirst(found) }
        return block
    }

    private func receiveBlock() throws(MediaError) {
        guard !Task.isCancelled else { throw .cancelled }
        guard let process else { throw .unreadable("the recording is not read any more") }
        switch try receive(process, beforeFile: false, channels: channelCount) {
        case .block(let channels, let skippedPackets):
            guard !hasLastBlock else { throw fail(process, .invalid) }
            self.skippedPackets = skippedPackets
            hasLastBlock = channels[0].count < DecodeAnswer.blockLength(channels: channelCount)
            for channel in ready.indices {
                if ready[channel].isEmpty { ready[channel] = channels[channel] } else { ready[channel] += channels[channel] }
            }
        case .ended(let skippedPackets, let notices):
            self.skippedPackets = skippedPackets
            self.notices = notices
            hasEnded = true
            self.process = nil
            workers.end(process)
        case .failed(let reason): throw finish(process, reason)
        case .ready, .opened, .forbidden: throw fail(process, .invalid)
        }
    }

    /// Waits for the next message.
    private func receive(_ process: WorkerProcess, beforeFile: Bool, channels: Int?) throws(MediaError) -> DecodeAnswer {
        let deadline = workers.now() + workers.configuration.patience
        while true {
            let count = recv(process.socket, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC))
            if count > 0 {
                guard count <= buffer.count,
                    let answer = DecodeAnswer(UnsafeRawBufferPointer(rebasing: buffer[..<count]), channels: channels)
                else {
                    let error = fail(process, .invalid)
                    throw beforeFile ? Self.notStarted : error
                }
                if case .forbidden(let call) = answer {
                    let error = fail(process, .forbidden, at: call)
                    throw beforeFile ? Self.notStarted : error
                }
                return answer
            }
            let code = errno
            guard count < 0, code == EAGAIN || code == EINTR else {
                let error = fail(process, .crashed)
                throw beforeFile ? Self.notStarted : error
            }
            let left = deadline - workers.now()
            guard left > .zero else {
                let error = fail(process, .stuck)
                throw beforeFile ? Self.notStarted : error
            }
            guard !Task.isCancelled else { throw .cancelled }
            var wanted = pollfd(fd: process.socket, events: Int16(POLLIN), revents: 0)
            _ = poll(&wanted, 1, Int32(min(left, Self.lookInterval) / .milliseconds(1)) + 1)
        }
    }

    /// Ends the recording with the worker's reason why it cannot be decoded.
    private func finish(_ process: WorkerProcess, _ reason: String) -> MediaError {
        self.process = nil
        workers.end(process)
        return .undecodable(reason)
    }

    /// - Parameter call: the system call for which the worker was killed.
    private func fail(_ process: WorkerProcess, _ loss: DecodeEvent.Loss, at call: Int32? = nil) -> MediaError {
        self.process = nil
        let wanted = call.map { number in system_call_name(number).map { String(cString: $0) } ?? "\(number)" }
        workers.end(process, loss, wanting: wanted)
        let reason =
            switch loss {
            case .crashed: "the decoder crashed"
            case .stuck: "the decoder sent no audio for \(workers.configuration.patience.components.seconds) seconds"
            case .invalid: "the decoder violated its protocol"
            case .forbidden: "the decoder was killed because it wanted the system call \(wanted ?? "of an unknown number")"
            }
        return .undecodable("The file could not be decoded: \(reason).")
    }

    private static let notStarted = MediaError.unavailable("No decoder can be started; try again later.")
}
