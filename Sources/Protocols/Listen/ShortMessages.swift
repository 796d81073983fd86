import Speech

/// Tells keep-alives of `/listen` from bytes of audio that a client cuts into messages of any size. A keep-alive too is a message of at most two bytes.
///
/// A keep-alive comes in place of audio, so a short message that comes amid audio is audio. Any other short message is held until the next message
/// shows what it was: audio if that message follows at once, otherwise a keep-alive. A keep-alive that is taken for audio is one sample too many, which
/// nobody hears. Half a sample too many would make noise of everything behind it, so half a sample is never guessed from time: the sound of the next
/// long message shows whether the half belongs to it.
///
/// Belongs to the audio of one channel.
struct ShortMessages: Sendable {
    enum Meaning: Equatable, Sendable {
        /// Audio that begins with these bytes, which came in earlier messages.
        case audio(behind: [UInt8])
        case nothing
    }

    /// Time after audio for which short messages are amid audio.
    private static let flow: Duration = .seconds(2)
    /// Maximum time between a held message and the message behind it if both are audio.
    private static let nearness: Duration = .milliseconds(500)
    /// Number of held bytes that are audio of a client whose messages are all short: keep-alives do not follow each other so closely.
    private static let maxHeld = 256
    /// Minimum number of samples that show where samples begin.
    private static let minSamples = 32

    /// Size of a sample in bytes.
    private let sampleBytes: Int
    /// Maximum size of a keep-alive in bytes, without the tag of a channel.
    private let keepAliveBytes: Int
    /// Number of bytes of the sample in whose middle the last audio ended.
    private var rest = 0
    private var held: [UInt8] = []
    private var heldAt: Instant?
    /// Time of the last message that was audio beyond doubt.
    private var lastAudio: Instant?

    init(sampleBytes: Int, keepAliveBytes: Int) {
        self.sampleBytes = sampleBytes
        self.keepAliveBytes = keepAliveBytes
    }

    /// Notes that the gateway does not read from the client, or has not read until now: the time does not show the client's pauses.
    mutating func paused(_ now: Instant) {
        lastAudio = lastAudio.map { _ in now }
        heldAt = heldAt.map { _ in now }
    }

    mutating func meaning(of message: RawSpan, now: Instant) -> Meaning {
        if message.isEmpty { return .nothing }
        if message.byteCount > keepAliveBytes { return long(message, now) }
        guard rest == 0 else { return audio(message.byteCount) }
        forgetKeepAlive(now)
        let count = held.count + message.byteCount
        if count >= Self.maxHeld {
            lastAudio = now
            return audio(message.byteCount)
        }
        if count % sampleBytes == 0, let lastAudio, now - lastAudio < Self.flow { return audio(message.byteCount) }
        message.withUnsafeBytes { held.append(contentsOf: $0) }
        heldAt = now
        return .nothing
    }

    private mutating func long(_ message: RawSpan, _ now: Instant) -> Meaning {
        lastAudio = now
        if held.count % sampleBytes == 0 {
            forgetKeepAlive(now)
        } else if (held.count + message.byteCount) % sampleBytes != 0 {
            // Both together end in the middle of a sample, or the held bytes are a keep-alive.
            switch Self.begin(of: message) {
            case .first: held = []
            case .second: break
            // In silence the place of the held bytes is of no matter: the sound behind it decides.
            case nil: return .audio(behind: [])
            }
        }
        return audio(message.byteCount)
    }

    private mutating func audio(_ count: Int) -> Meaning {
        let before = held
        held = []
        rest = (rest + before.count + count) % sampleBytes
        return .audio(behind: before)
    }

    private mutating func forgetKeepAlive(_ now: Instant) {
        if let heldAt, now - heldAt >= Self.nearness { held = [] }
    }

    private enum Begin { case first, second }

    /// Returns the byte with which the first whole sample of a message of 16-bit samples begins; nil in silence. Sound changes little from one sample to
    /// the next, but the halves of two samples together are noise. A message that is too short to tell begins in the middle of a sample.
    private static func begin(of message: RawSpan) -> Begin? {
        let count = message.byteCount / 2 - 1
        guard count >= minSamples else { return .second }
        let first = change(in: message, from: 0, count), second = change(in: message, from: 1, count)
        if first == 0, second == 0 { return nil }
        return first < second / 2 ? .first : .second
    }

    /// Returns the sum of the changes from one 16-bit sample to the next, of so many samples from a byte on.
    private static func change(in message: RawSpan, from start: Int, _ count: Int) -> Int {
        message.withUnsafeBytes { bytes in
            var sum = 0, before: Int?
            for index in 0..<count {
                let sample = Int(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 2 * index, as: Int16.self)))
                sum += before.map { abs(sample - $0) } ?? 0
                before = sample
            }
            return sum
        }
    }
}
