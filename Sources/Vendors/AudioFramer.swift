package import Protocols
package import Speech

/// Parts a stream's audio into messages of lengths that the vendor wants. All of it goes, in order; none of it twice.
package struct AudioFramer {
    /// Of messages, in bytes.
    private let shortest: Int
    /// The shortest that the vendor takes while more is to come, in bytes.
    private let least: Int
    private let longest: Int
    /// Audio that is too short to go by itself.
    private var remainder: [UInt8] = []

    /// - Parameter audio: what the vendor wants.
    package init(_ audio: AudioMessages, _ options: StreamOptions) {
        let frame = 2 * options.channels
        func bytes(_ duration: Duration) -> Int { frame * Int(SampleCount(duration, at: options.rate).samples) }
        least = bytes(audio.shortest)
        shortest = max(least, bytes(options.shortestPiece))
        longest = max(shortest, frame, bytes(audio.longest))
    }

    /// - Parameters:
    ///   - audio: whole frames.
    ///   - send: takes the messages that are long enough now.
    package mutating func take(_ audio: RawSpan, _ send: (RawSpan) -> Void) {
        if remainder.isEmpty && audio.byteCount >= shortest {
            part(audio, send)
        } else {
            audio.withUnsafeBytes { remainder.append(contentsOf: $0) }
            if remainder.count >= shortest { sendRemainder(send) }
        }
    }

    /// What waits, if it is long enough for the vendor: some end a stream for a short message that is not the last one.
    package mutating func flush(_ send: (RawSpan) -> Void) {
        if remainder.count >= least { rest(send) }
    }

    /// What is left, whatever its length: nothing comes behind it, or a command that must not overtake it.
    package mutating func rest(_ send: (RawSpan) -> Void) {
        guard !remainder.isEmpty else { return }
        send(remainder.span.bytes)
        remainder.removeAll(keepingCapacity: true)
    }

    /// Sends audio that is long enough, except for an end that would be too short by itself.
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
