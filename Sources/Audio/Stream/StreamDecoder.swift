package import Speech

/// An event of a decoder that works on a thread of its own.
package enum StreamDecoderEvent: Sendable, Equatable {
    /// The first event: the format was detected. `channels` is the number of channels in the PCM.
    case opened(channels: Int)
    /// 16-bit little-endian PCM, interleaved, at `StreamDecoder.sessionRate(for:)`; whole frames, never empty.
    case pcm([UInt8])
    /// The stream has other sound tracks, holes or damage, or it is cut off. Comes before the audio in which it is noticed, or at the end.
    case notice(RecordingNotice)
    /// The last event: everything pushed before `finish` has been decoded.
    case ended
    /// The last event: the bytes cannot be decoded, or not any further.
    case failed(MediaError)
}

/// A decoder of live audio in any format: makes 16-bit little-endian PCM at the session's rate.
///
/// The format decides between two ways. *At once*: `push` itself delivers the PCM of uncompressed formats and bare Opus packets; 16-bit PCM that
/// needs no conversion passes through without a copy. *Later*: a thread of the decoder runs libav for all other formats. The thread starts with the
/// first byte and calls `ready`, and `next` returns its results.
///
/// The thread pauses while half a megabyte waits for `next`, so a peer cannot make audio pile up with small messages that decode to much audio. Then
/// `bufferedBytes` grows, and the caller of `push` should stop reading its socket.
///
/// One decoder belongs to one session, is called on that session's loop only, and never blocks.
package final class StreamDecoder {
    private enum Route {
        case samples(AudioEncoding, frameBytes: Int)
        case packets(any PacketDecoder)
        case thread(BytePipe)
    }

    private let format: AudioFormat
    private let treatment: ChannelTreatment
    private let route: Route
    private let queue: EventQueue
    /// The start of a frame whose rest has not arrived.
    private var carried: [UInt8] = []
    /// Buffer for the PCM that `push` returns; reused.
    private var output: [UInt8] = []
    /// Mixes the channels, if they are to be mixed and the format has several; and its output, reused.
    private var mix: ChannelMix?
    private var mixed: [UInt8] = []
    private var isStarted = false
    private var isOver = false
    /// Detector of the true width of samples that are declared as 8 bits.
    private var width: SampleWidth?
    /// Number of messages in a row that were not AAC frames, up to the latest.
    private var strayMessages = 0
    /// Number of messages that should each have been a packet but could not be decoded.
    package private(set) var damagedMessages = 0

    /// Number of undecodable messages in a row after which the stream is given up, for formats with one packet per message.
    package static let maxDamagedInRow = 50

    /// Maximum number of bytes that wait for libav.
    private static let pipeLimit = 16 << 20
    private static let queueLimit = 512 << 10

    /// - Parameters:
    ///   - channels: `.separate` keeps the channels; `.mixed` makes one channel of them.
    ///   - ready: called on another thread when `next` has an event again after it returned nil, and when most of the pushed bytes have been read.
    ///     Called once until `next` returns nil again.
    package init(_ format: AudioFormat, channels treatment: ChannelTreatment, ready: @escaping @Sendable () -> Void) throws(MediaError) {
        self.format = format
        self.treatment = treatment
        let queue = EventQueue(limit: Self.queueLimit, ready: ready)
        self.queue = queue
        _ = try MediaHint(format)
        switch format {
        case .raw(.opus, _, let channels):
            if treatment == .mixed, channels == 2 { mix = ChannelMix(channelCount: channels, rate: .speech) }
            route = .packets(try OpusPackets(channels: treatment == .mixed && channels != 2 ? 1 : channels))
        case .raw(.lc3, let rate, _):
            route = .packets(try LC3Packets(rate: rate))
        case .raw(let encoding, let rate, let channels):
            if encoding == .unsigned8, channels == 1 { width = SampleWidth(after: rate.hertz) }
            if let bytes = encoding.bytesPerSample {
                if treatment == .mixed, channels > 1 { mix = ChannelMix(channelCount: channels, rate: rate) }
                route = .samples(encoding, frameBytes: bytes * channels)
            } else {
                route = .thread(BytePipe(limit: Self.pipeLimit, drained: queue.wake))
            }
        case .container:
            route = .thread(BytePipe(limit: Self.pipeLimit, drained: queue.wake))
        }
    }

    deinit { cancel() }

    /// Returns the rate of the PCM: uncompressed formats and LC3 keep their own rate, and everything else is decoded to 16 kHz.
    package static func sessionRate(for format: AudioFormat) -> SampleRate {
        guard case .raw(let encoding, let rate, _) = format, encoding.bytesPerSample != nil || encoding == .lc3 else { return .speech }
        return rate
    }

    /// Number of channels in the PCM; nil when only the bytes can tell, in which case `.opened` has the number.
    package var channelCount: Int? {
        switch (treatment, format) {
        case (.mixed, _), (.separate, .raw(.lc3, _, _)): 1
        case (.separate, .raw(let encoding, _, let channels)) where encoding.bytesPerSample != nil || encoding == .opus: channels
        case (.separate, .raw), (.separate, .container): nil
        }
    }

    /// True if `push` passes its input through unchanged.
    package var isPassThrough: Bool {
        if case .samples(.linear16, _) = route { mix == nil } else { false }
    }

    /// Number of bytes that were pushed and that libav has not read yet.
    package var bufferedBytes: Int {
        if case .thread(let pipe) = route { pipe.count } else { 0 }
    }

    /// True if libav has decoded as much as it can of the pushed bytes, and waits for more.
    package var isWaiting: Bool {
        if case .thread(let pipe) = route { pipe.isDry } else { true }
    }

    /// True if so much decoded audio waits to be taken that nothing more is decoded; for tests.
    package var isFull: Bool { queue.isFull }

    /// Takes the next bytes. For bare Opus, the bytes are one packet.
    ///
    /// - Parameter pcm: called before this function returns, at most twice, with PCM in whole frames that is available at once. The span is valid
    ///   during the call.
    package func push(_ bytes: RawSpan, pcm: (RawSpan) -> Void) {
        guard !isOver else { return }
        switch route {
        case .samples(let encoding, let frameBytes):
            if width?.showsSixteen(bytes) == true {
                return fail(.undecodable("the samples are declared as 8-bit PCM but look like 16-bit PCM; send them as 16-bit PCM"))
            }
            pushSamples(bytes, encoding, frameBytes, pcm)
        case .packets(let packets):
            output.removeAll(keepingCapacity: true)
            packets.append(bytes, to: &output)
            damagedMessages = packets.damaged
            if packets.isHopeless {
                fail(.undecodable(packets.complaint))
            } else if !output.isEmpty {
                handMixed(pcm)
            }
        case .thread(let pipe):
            guard !bytes.isEmpty else { return }
            if case .raw(.aac, _, _) = format, !isFrame(bytes) { return }
            guard start(pipe) else { return }
            if !pipe.write(bytes) {
                fail(.undecodable("more than \(Self.pipeLimit >> 20) MB of audio arrived faster than it can be decoded"))
            }
        }
    }

    private func fail(_ error: MediaError) {
        isOver = true
        if case .thread(let pipe) = route { pipe.cancel() }
        queue.close(with: .failed(error))
    }

    /// True if the message begins with an AAC frame. Without this check libav would search for a frame in any bytes, without end.
    private func isFrame(_ message: RawSpan) -> Bool {
        let isFrame = message.byteCount > 7 && message.withUnsafeBytes { $0[0] == 0xFF && $0[1] & 0xF6 == 0xF0 }
        strayMessages = isFrame ? 0 : strayMessages + 1
        if !isFrame { damagedMessages += 1 }
        if strayMessages >= Self.maxDamagedInRow { fail(.undecodable("the messages are not AAC frames with ADTS headers")) }
        return isFrame
    }

    /// Declares that no more bytes will come. `.ended` or `.failed` follows from `next`. A container of which no byte came is a stream without audio: only
    /// bytes can be undecodable.
    package func finish() {
        guard !isOver else { return }
        if case .thread(let pipe) = route, isStarted {
            pipe.finish()
        } else {
            queue.close(with: .ended)
        }
        isOver = true
    }

    /// Stops at once. No further events come.
    package func cancel() {
        isOver = true
        queue.cancel()
        if case .thread(let pipe) = route { pipe.cancel() }
    }

    /// Returns the next event; nil when there is none at the moment.
    package func next() -> StreamDecoderEvent? { queue.next() }

    private func start(_ pipe: BytePipe) -> Bool {
        guard !isStarted else { return true }
        isStarted = DecodingThread.start(pipe: pipe, queue: queue, format: format, treatment: treatment)
        if !isStarted {
            isOver = true
            queue.close(with: .failed(.unavailable("no thread can be started for decoding")))
        }
        return isStarted
    }
}

// MARK: Uncompressed samples

extension StreamDecoder {
    /// Passes on the carried frame, then all whole frames of `bytes`, and carries the rest.
    private func pushSamples(_ bytes: RawSpan, _ encoding: AudioEncoding, _ frameBytes: Int, _ pcm: (RawSpan) -> Void) {
        var start = 0
        if !carried.isEmpty {
            start = min(frameBytes - carried.count, bytes.byteCount)
            bytes.extracting(first: start).withUnsafeBytes { carried.append(contentsOf: $0) }
            guard carried.count == frameBytes else { return }
            let frame = carried
            carried.removeAll(keepingCapacity: true)
            emit(frame.span.bytes, encoding, pcm)
        }
        let rest = (bytes.byteCount - start) % frameBytes
        let whole = bytes.extracting(start..<(bytes.byteCount - rest))
        if !whole.isEmpty { emit(whole, encoding, pcm) }
        if rest > 0 { bytes.extracting(last: rest).withUnsafeBytes { carried.append(contentsOf: $0) } }
    }

    private func emit(_ frames: RawSpan, _ encoding: AudioEncoding, _ pcm: (RawSpan) -> Void) {
        output.removeAll(keepingCapacity: true)
        switch encoding {
        case .linear32: PCM.appendLinear16(linear32: frames, to: &output)
        case .mulaw: PCM.appendLinear16(mulaw: frames, to: &output)
        case .alaw: PCM.appendLinear16(alaw: frames, to: &output)
        case .linear16:
            guard mix != nil else { return pcm(frames) }
            mix?.append(linear16: frames, to: &output)
            return hand(output, to: pcm)
        default:
            guard let layout = encoding.layout else { return }
            PCM.appendLinear16(frames, layout, to: &output)
        }
        handMixed(pcm)
    }

    /// Passes `output` on, mixed if it is to be mixed.
    private func handMixed(_ pcm: (RawSpan) -> Void) {
        guard mix != nil else { return hand(output, to: pcm) }
        let all = output
        mixed.removeAll(keepingCapacity: true)
        mix?.append(linear16: all.span.bytes, to: &mixed)
        hand(mixed, to: pcm)
    }

    /// Passes `bytes` on as a span. A span needs an array that cannot change meanwhile; a stored property could change.
    private func hand(_ bytes: [UInt8], to pcm: (RawSpan) -> Void) { pcm(bytes.span.bytes) }
}
