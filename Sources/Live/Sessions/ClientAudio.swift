internal import Audio
internal import Net
internal import Speech

/// Decodes a client's audio messages to PCM of its session: by one decoder, or by one for each channel if each channel has its own messages.
///
/// Belongs to its session, and is called on the session's loop only.
package final class ClientAudio {
    enum End {
        case finished
        case failed(MediaError)
    }

    private let loop: Loop
    private let decoders: [StreamDecoder]
    /// Interleaver of the channels; nil when each message holds all channels.
    private var interleaver: ChannelInterleaver?
    private var ended: Set<Int> = []
    private var output: [UInt8] = []
    /// Notices of the decoders about the stream that nobody was told yet.
    private var notices: [RecordingNotice] = []
    private var timer: Loop.Timer?
    /// Called on the loop when a silent channel was waited for long enough.
    private let late: () -> Void

    /// - Parameters:
    ///   - channels: number of channels that the session tells apart.
    ///   - isTagged: true if each channel has its own messages.
    ///   - ready: called on any thread when `take` has audio to return.
    ///   - late: called on the loop when `take` has audio to return.
    init(
        _ format: AudioFormat, channels: Int, isTagged: Bool, loop: Loop, ready: @escaping @Sendable () -> Void, late: @escaping () -> Void
    ) throws(MediaError) {
        self.loop = loop
        self.late = late
        guard isTagged, case .raw(let encoding, let rate, _) = format else {
            decoders = [try StreamDecoder(format, channels: channels > 1 ? .separate : .mixed, ready: ready)]
            return
        }
        var decoders: [StreamDecoder] = []
        for _ in 0..<channels { decoders.append(try StreamDecoder(.raw(encoding, rate, channels: 1), channels: .mixed, ready: ready)) }
        self.decoders = decoders
        interleaver = ChannelInterleaver(channels: channels, rate: StreamDecoder.sessionRate(for: format))
    }

    /// Number of bytes that wait to be decoded.
    var bufferedBytes: Int { decoders.reduce(0) { max($0, $1.bufferedBytes) } }

    /// Number of messages so far that could not be decoded.
    var damagedMessages: Int { decoders.reduce(0) { $0 + $1.damagedMessages } }

    /// Takes a message.
    ///
    /// - Parameters:
    ///   - channel: the channel of the message, when each channel has its own messages.
    ///   - pcm: takes whole frames of the audio that is decoded at once; called before this function returns.
    func push(_ bytes: RawSpan, of channel: ChannelIndex, pcm: (RawSpan) -> Void) {
        guard interleaver != nil else { return decoders[0].push(bytes, pcm: pcm) }
        guard decoders.indices.contains(channel.number) else { return }
        decoders[channel.number].push(bytes) { interleaver?.append($0, to: channel, now: loop.now) }
        handOn(pcm)
    }

    /// Passes to `pcm` the audio that was decoded on other threads, and the audio that has waited for a silent channel for long enough.
    ///
    /// - Returns: the reason why no more audio comes; nil when more audio may come.
    func take(pcm: (RawSpan) -> Void) -> End? {
        for (number, decoder) in decoders.enumerated() {
            while let event = decoder.next() {
                switch event {
                case .opened: break
                case .notice(let notice): notices.append(notice)
                case .pcm(let bytes):
                    if interleaver == nil {
                        pcm(bytes.span.bytes)
                    } else {
                        interleaver?.append(bytes.span.bytes, to: ChannelIndex(number), now: loop.now)
                    }
                case .ended: ended.insert(number)
                case .failed(let error): return .failed(error)
                }
            }
        }
        guard interleaver != nil else { return ended.isEmpty ? nil : .finished }
        handOn(pcm)
        guard ended.count == decoders.count else { return nil }
        flush(pcm)
        return .finished
    }

    /// Passes to `pcm` the audio that waits for a silent channel.
    func flush(_ pcm: (RawSpan) -> Void) {
        interleaver?.finish(into: &output)
        handOver(pcm)
    }

    /// Returns what the decoders have noticed about the stream since the last call.
    func takeNotices() -> [RecordingNotice] {
        defer { notices = [] }
        return notices
    }

    /// Ends the messages. `take` tells when all of them are decoded.
    func finish() {
        for decoder in decoders { decoder.finish() }
    }

    func cancel() {
        timer?.cancel()
        timer = nil
        for decoder in decoders { decoder.cancel() }
    }

    private func handOn(_ pcm: (RawSpan) -> Void) {
        interleaver?.take(now: loop.now, into: &output)
        handOver(pcm)
        guard timer == nil, let deadline = interleaver?.deadline else { return }
        timer = loop.schedule(at: deadline) { [self] in
            timer = nil
            late()
        }
    }

    /// Passes the output to `pcm`, which may call this object again meanwhile.
    private func handOver(_ pcm: (RawSpan) -> Void) {
        guard !output.isEmpty else { return }
        var lent: [UInt8] = []
        swap(&lent, &output)
        pcm(lent.span.bytes)
        if output.isEmpty {
            lent.removeAll(keepingCapacity: true)
            swap(&lent, &output)
        }
    }
}
