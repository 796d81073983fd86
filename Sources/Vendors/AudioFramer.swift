package import Protocols
package import Speech

/// Splits a stream's audio into messages of the lengths that the vendor wants. All audio is sent once and in order.
package struct AudioFramer {
    /// Minimum length of messages, in bytes.
    private var shortest = 0
    /// Minimum length, in bytes, that the vendor accepts while more audio is to come.
    private var least = 0
    private var longest = 0
    /// Audio that is too short for a message of its own.
    private var remainder: [UInt8] = []

    /// - Parameter audio: the message sizes that the vendor wants.
    package init(_ audio: AudioMessages, _ options: StreamOptions) { resize(audio, options) }

    /// Makes the next messages as long as these options want. Audio that waits for a message waits on.
    package mutating func resize(_ audio: AudioMessages, _ options: StreamOptions) {
        let frame = 2 * options.channels
        func bytes(_ duration: Duration) -> Int { frame * Int(SampleCount(duration, at: options.rate).samples) }
        least = bytes(audio.shortest)
        shortest = max(least, bytes(options.shortestPiece))
        longest = max(shortest, frame, bytes(min(audio.longest, options.longestPiece ?? audio.longest)))
    }

    /// - Parameters:
    ///   - audio: whole frames.
    ///   - send: called with each message that is long enough now.
    package mutating func take(_ audio: RawSpan, _ send: (RawSpan) -> Void) {
        if remainder.isEmpty && audio.byteCount >= shortest {
            part(audio, send)
        } else {
            audio.withUnsafeBytes { remainder.append(contentsOf: $0) }
            if remainder.count >= shortest { sendRemainder(send) }
        }
    }

    /// Sends the waiting audio if it is long enough for the vendor: some vendors end a stream for a short message that is not the last one.
    package mutating func flush(_ send: (RawSpan) -> Void) {
        if remainder.count >= least { rest(send) }
    }

    /// Sends the rest of the audio, of any length: after it comes nothing, or a command that must not overtake it.
    package mutating func rest(_ send: (RawSpan) -> Void) {
        guard !remainder.isEmpty else { return }
        send(remainder.span.bytes)
        remainder.removeAll(keepingCapacity: true)
    }

    /// Sends audio that is long enough, but keeps an end that would be too short for a message of its own.
    private mutating func part(_ audio: RawSpan, _ send: (RawSpan) -> Void) {
        guard audio.byteCount > longest else { return send(audio) }
        var start = 0
        while audio.byteCount - start >= max(shortest, 1) {
            let end = min(start + longest, audio.byteCount)
            send(audio.extracting(start..<end))
            start = end
        }
        audio.extracting(start...).withUnsafeBytes { remainder.append(contentsOf: $0) }
    }

    private mutating func sendRemainder(_ send: (RawSpan) -> Void) {
        guard !remainder.isEmpty else { return }
        var audio: [UInt8] = []
        swap(&audio, &remainder)
        part(audio.span.bytes, send)
        // The buffer is kept for the next remainder.
        if remainder.isEmpty {
            audio.removeAll(keepingCapacity: true)
            swap(&audio, &remainder)
        }
    }
}
