package import Speech

/// What comes out of a decoder that works on a thread of its own.
package enum StreamDecoderEvent: Sendable, Equatable {
    /// The first event: what the bytes are is known, and how many channels the PCM has.
    case opened(channels: Int)
    /// 16-bit little-endian PCM, interleaved, at `StreamDecoder.sessionRate(for:)`; whole frames, never empty.
    case pcm([UInt8])
    /// The last event: everything pushed before `finish` has been decoded.
    case ended
    /// The last event: the bytes cannot be decoded (any further).
    case failed(MediaError)
}

/// Live audio bytes of any format, made 16-bit little-endian PCM at the session's rate.
///
/// Two ways out, decided by the format. *At once*: uncompressed formats and bare Opus packets come out of `push` itself; 16-bit PCM that needs
/// nothing done to it is handed through without a copy. *Later*: what libav has to decode is decoded on a thread of the decoder's own, which
/// starts with the first byte; it calls `ready`, and `next` gives what it made.
///
/// The thread stops working ahead when half a megabyte waits to be taken by `next`, so a peer cannot make audio pile up by sending what is small
/// and decodes to much; then `bufferedBytes` grows, and whoever pushes should stop reading its socket.
///
/// Belongs to one session and is called on its loop only; never blocks.
package final class StreamDecoder {
    private enum Route {
        case samples(AudioEncoding, frameBytes: Int, mixing: Int?)
        case packets(any PacketDecoder)
        case thread(BytePipe)
    }

    private let format: AudioFormat
    private let treatment: ChannelTreatment
    private let route: Route
    private let queue: EventQueue
    /// The start of a frame whose rest has not come.
    private var carried: [UInt8] = []
    /// Reused for what `push` hands out.
    private var output: [UInt8] = []
    private var mixed: [UInt8] = []
    private var isStarted = false
    private var isOver = false
    /// Of samples that are said to have 8 bits.
    private var width: SampleWidth?
    /// Messages that were no AAC frames, since the last that was one.
    private var strayMessages = 0
    /// Messages that should each have been a packet and could not be decoded.
    package private(set) var damagedMessages = 0

    /// Messages in a row that cannot be decoded, of which each should be a packet, after which the stream is given up.
    package static let maxDamagedInRow = 50

    /// Bytes that may wait for libav, in all.
    private static let pipeLimit = 16 << 20
    private static let queueLimit = 512 << 10

    /// - Parameters:
    ///   - channels: `.separate` keeps the channels that come; `.mixed` makes one of them.
    ///   - ready: called on another thread when `next` has something to give after it had nothing, and when much that was pushed has been
    ///     taken. Called once until `next` returns nil again.
    package init(_ format: AudioFormat, channels treatment: ChannelTreatment, ready: @escaping @Sendable () -> Void) throws(MediaError) {
        self.format = format
        self.treatment = treatment
        let queue = EventQueue(limit: Self.queueLimit, ready: ready)
        self.queue = queue
        _ = try MediaHint(format)
        switch format {
        case .raw(.opus, _, let channels):
            route = .packets(try OpusPackets(channels: treatment == .mixed ? 1 : channels))
        case .raw(.lc3, let rate, _):
            route = .packets(try LC3Packets(rate: rate))
        case .raw(let encoding, let rate, let channels):
            if encoding == .unsigned8, channels == 1 { width = SampleWidth(after: rate.hertz) }
            if let bytes = encoding.bytesPerSample {
                route = .samples(encoding, frameBytes: bytes * channels, mixing: treatment == .mixed && channels > 1 ? channels : nil)
            } else {
                route = .thread(BytePipe(limit: Self.pipeLimit, drained: queue.wake))
            }
        case .container:
            route = .thread(BytePipe(limit: Self.pipeLimit, drained: queue.wake))
        }
    }

    deinit { cancel() }

    /// The rate of the PCM: uncompressed formats and LC3 keep theirs, everything else is decoded to 16 kHz.
    package static func sessionRate(for format: AudioFormat) -> SampleRate {
        guard case .raw(let encoding, let rate, _) = format, encoding.bytesPerSample != nil || encoding == .lc3 else { return .speech }
        return rate
    }

    /// Of the PCM; nil while only the bytes that will come can tell (then `.opened` does).
    package var channelCount: Int? {
        switch (treatment, format) {
        case (.mixed, _), (.separate, .raw(.lc3, _, _)): 1
        case (.separate, .raw(let encoding, _, let channels)) where encoding.bytesPerSample != nil || encoding == .opus: channels
        case (.separate, .raw), (.separate, .container): nil
        }
    }

    /// Whether `push` hands through its input as it is.
    package var isPassThrough: Bool {
        if case .samples(.linear16, _, nil) = route { true } else { false }
    }

    /// Bytes that were pushed and that libav has not taken yet.
    package var bufferedBytes: Int {
        if case .thread(let pipe) = route { pipe.count } else { 0 }
    }

    /// Whether libav has made what it can of all that was pushed, and waits for more.
    package var isWaiting: Bool {
        if case .thread(let pipe) = route { pipe.isDry } else { true }
    }

    /// Takes the next bytes; for bare Opus, one packet.
    ///
    /// - Parameter pcm: called before this returns with PCM that is made at once, in whole frames, at most twice; the span ends with the call.
    package func push(_ bytes: RawSpan, pcm: (RawSpan) -> Void) {
        guard !isOver else { return }
        switch route {
        case .samples(let encoding, let frameBytes, let mixing):
            if width?.showsSixteen(bytes) == true {
                return fail(.undecodable("the samples are said to have 8 bits and look as if they had 16; send them as 16-bit PCM"))
            }
            pushSamples(bytes, encoding, frameBytes, mixing, pcm)
        case .packets(let packets):
            output.removeAll(keepingCapacity: true)
            packets.append(bytes, to: &output)
            damagedMessages = packets.damaged
            if packets.isHopeless {
                fail(.undecodable(packets.complaint))
            } else if !output.isEmpty {
                hand(output, to: pcm)
            }
        case .thread(let pipe):
            if case .raw(.aac, _, _) = format, !isFrame(bytes) { return }
            guard start(pipe) else { return }
            if !pipe.write(bytes) {
                fail(.undecodable("more than \(Self.pipeLimit >> 20) MB came faster than they can be decoded"))
            }
        }
    }

    private func fail(_ error: MediaError) {
        isOver = true
        if case .thread(let pipe) = route { pipe.cancel() }
        queue.close(with: .failed(error))
    }

    /// Whether an AAC frame begins the message. libav would look for one in whatever comes, for ever.
    private func isFrame(_ message: RawSpan) -> Bool {
        let isFrame = message.byteCount > 7 && message.withUnsafeBytes { $0[0] == 0xFF && $0[1] & 0xF6 == 0xF0 }
        strayMessages = isFrame ? 0 : strayMessages + 1
        if !isFrame { damagedMessages += 1 }
        if strayMessages >= Self.maxDamagedInRow { fail(.undecodable("the messages are not AAC frames with ADTS headers")) }
        return isFrame
    }

    /// No more bytes will come. `.ended` (or `.failed`) follows from `next`.
    package func finish() {
        guard !isOver else { return }
        if case .thread(let pipe) = route {
            guard start(pipe) else { return }
            pipe.finish()
        } else {
            queue.close(with: .ended)
        }
        isOver = true
    }

    /// Stops at once; nothing comes any more.
    package func cancel() {
        isOver = true
        queue.cancel()
        if case .thread(let pipe) = route { pipe.cancel() }
    }

    /// What was made since; nil when there is nothing for now.
    package func next() -> StreamDecoderEvent? { queue.next() }

    private func start(_ pipe: BytePipe) -> Bool {
        guard !isStarted else { return true }
        isStarted = DecodingThread.start(pipe: pipe, queue: queue, format: format, treatment: treatment)
        if !isStarted {
            isOver = true
            queue.close(with: .failed(.unreadable("there is no thread left to decode on")))
        }
        return isStarted
    }
}

// MARK: Uncompressed samples

extension StreamDecoder {
    /// Hands out the frame whose start was carried, then all whole frames of `bytes`, and carries what is left.
    private func pushSamples(_ bytes: RawSpan, _ encoding: AudioEncoding, _ frameBytes: Int, _ mixing: Int?, _ pcm: (RawSpan) -> Void) {
        var start = 0
        if !carried.isEmpty {
            start = min(frameBytes - carried.count, bytes.byteCount)
            bytes.extracting(first: start).withUnsafeBytes { carried.append(contentsOf: $0) }
            guard carried.count == frameBytes else { return }
            let frame = carried
            carried.removeAll(keepingCapacity: true)
            emit(frame.span.bytes, encoding, mixing, pcm)
        }
        let rest = (bytes.byteCount - start) % frameBytes
        let whole = bytes.extracting(start..<(bytes.byteCount - rest))
        if !whole.isEmpty { emit(whole, encoding, mixing, pcm) }
        if rest > 0 { bytes.extracting(last: rest).withUnsafeBytes { carried.append(contentsOf: $0) } }
    }

    private func emit(_ frames: RawSpan, _ encoding: AudioEncoding, _ mixing: Int?, _ pcm: (RawSpan) -> Void) {
        output.removeAll(keepingCapacity: true)
        switch encoding {
        case .linear32: PCM.appendLinear16(linear32: frames, to: &output)
        case .mulaw: PCM.appendLinear16(mulaw: frames, to: &output)
        case .alaw: PCM.appendLinear16(alaw: frames, to: &output)
        case .linear16:
            guard let mixing else { return pcm(frames) }
            PCM.appendMean(linear16: frames, channels: mixing, to: &output)
            return hand(output, to: pcm)
        default:
            guard let layout = encoding.layout else { return }
            PCM.appendLinear16(frames, layout, to: &output)
        }
        guard let mixing else { return hand(output, to: pcm) }
        let all = output
        mixed.removeAll(keepingCapacity: true)
        PCM.appendMean(linear16: all.span.bytes, channels: mixing, to: &mixed)
        hand(mixed, to: pcm)
    }

    /// A span needs an array that nobody changes meanwhile, which a stored property cannot promise.
    private func hand(_ bytes: [UInt8], to pcm: (RawSpan) -> Void) { pcm(bytes.span.bytes) }
}
