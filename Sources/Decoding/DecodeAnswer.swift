internal import Audio
internal import Speech

/// A message from a worker, over a socket that preserves message boundaries.
///
/// A worker has read an untrusted file, so its messages are not trusted either: sizes, counts and samples are checked.
enum DecodeAnswer: Equatable {
    /// The first message, before the worker has seen a file. `isConfined` is true if the system confines the worker.
    case ready(isConfined: Bool)
    /// - Parameters:
    ///   - isGuessed: true if the length is an estimate.
    ///   - isPlain: true if the file is one sound track from 0:00 on.
    ///   - recorded: time at which the recording began, as the file says.
    ///   - notices: those that are known before the sound is read.
    case opened(
        channels: Int, length: SampleCount?, isGuessed: Bool, isPlain: Bool = true, recorded: UnixTime? = nil, notices: [RecordingNotice] = [])
    case block([[Float]], skippedPackets: Int)
    /// - Parameter notices: all of the recording.
    case ended(skippedPackets: Int, notices: [RecordingNotice] = [])
    case failed(String)
    /// The worker is killed because of a system call. The sandbox itself sends this message.
    case forbidden(call: Int32)

    /// Maximum number of bytes of a message; below the system's own limit.
    static let maxByteCount = headByteCount + 4 * maxSamples
    /// Maximum number of samples of all channels in one message.
    static let maxSamples = 32_768
    static let maxChannels = 32

    /// Returns the number of samples of each channel in every block except the last.
    static func blockLength(channels: Int) -> Int { min(16_000, maxSamples / channels) }

    private static let headByteCount = 16
    private static let maxTextByteCount = 500
    /// Maximum number of notices, and maximum number of bytes of all of them.
    private static let maxNotices = 8, maxNoticeByteCount = 8_192
    /// Flag beside the number of channels: the length is an estimate.
    private static let guessed: UInt32 = 1 << 16
    /// Flag beside the number of channels: the file is more than one sound track from 0:00 on.
    private static let manifold: UInt32 = 1 << 17
    /// Flag beside the number of channels: the body begins with the time at which the recording began.
    private static let dated: UInt32 = 1 << 18
    /// Number of bytes of that time: milliseconds since 1970.
    private static let dateByteCount = 8

    private enum Kind: UInt8 {
        case ready = 1, opened, block, ended, failed, forbidden
    }

    /// Parses a message; nil for a message that no worker sends.
    ///
    /// - Parameter channels: number of channels of a block; nil before the recording is opened.
    init?(_ bytes: UnsafeRawBufferPointer, channels: Int?) {
        guard bytes.count >= Self.headByteCount, let kind = Kind(rawValue: bytes[0]) else { return nil }
        let first = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        let second = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self))
        let body = UnsafeRawBufferPointer(rebasing: bytes[Self.headByteCount...])
        switch kind {
        case .ready:
            guard body.isEmpty, first <= 1 else { return nil }
            self = .ready(isConfined: first == 1)
        case .opened:
            let channels = Int(first & ~(Self.guessed | Self.manifold | Self.dated)), dateByteCount = first & Self.dated == 0 ? 0 : Self.dateByteCount
            guard (1...Self.maxChannels).contains(channels), second >= -1, second <= 1 << 50, body.count >= dateByteCount,
                let notices = Self.notices(UnsafeRawBufferPointer(rebasing: body[dateByteCount...]))
            else { return nil }
            let recorded = dateByteCount == 0 ? nil : UnixTime(milliseconds: Int64(littleEndian: body.loadUnaligned(as: Int64.self)))
            self = .opened(
                channels: channels, length: second < 0 ? nil : SampleCount(second), isGuessed: first & Self.guessed != 0,
                isPlain: first & Self.manifold == 0, recorded: recorded, notices: notices)
        case .block:
            guard let channels, first > 0, first <= UInt32(Self.maxSamples), body.count == 4 * channels * Int(first),
                let skipped = Int(exactly: second), skipped >= 0
            else { return nil }
            self = .block((0..<channels).map { Self.samples(body, from: $0 * Int(first), Int(first)) }, skippedPackets: skipped)
        case .ended:
            guard let skipped = Int(exactly: second), skipped >= 0, let notices = Self.notices(body) else { return nil }
            self = .ended(skippedPackets: skipped, notices: notices)
        case .failed:
            guard body.count <= Self.maxTextByteCount else { return nil }
            let text = String(decoding: body, as: UTF8.self)
            self = .failed(String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F })))
        case .forbidden:
            guard body.isEmpty, second == 0, let call = Int32(exactly: first) else { return nil }
            self = .forbidden(call: call)
        }
    }

    /// Reads samples. NaN and infinity become silence, so that later code need not expect them.
    private static func samples(_ body: UnsafeRawBufferPointer, from start: Int, _ count: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                let sample = Float(bitPattern: UInt32(littleEndian: body.loadUnaligned(fromByteOffset: 4 * (start + index), as: UInt32.self)))
                buffer.initializeElement(at: index, to: sample.isFinite ? sample : 0)
            }
            initialized = count
        }
    }

    /// Reads notices, one a line; nil when one of them is not a notice.
    private static func notices(_ body: UnsafeRawBufferPointer) -> [RecordingNotice]? {
        guard !body.isEmpty else { return [] }
        guard body.count <= maxNoticeByteCount else { return nil }
        let lines = String(decoding: body, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let notices = lines.compactMap { RecordingNotice(line: $0) }
        return notices.count == lines.count && notices.count <= maxNotices ? notices : nil
    }

    /// Replaces the content of `bytes` with the message.
    func write(to bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        switch self {
        case .ready(let isConfined): Self.head(.ready, isConfined ? 1 : 0, 0, &bytes)
        case .opened(let channels, let length, let isGuessed, let isPlain, let recorded, let notices):
            let flags = (isGuessed ? Self.guessed : 0) | (isPlain ? 0 : Self.manifold) | (recorded == nil ? 0 : Self.dated)
            Self.head(.opened, UInt32(truncatingIfNeeded: channels) | flags, length?.samples ?? -1, &bytes)
            if let recorded { withUnsafeBytes(of: recorded.milliseconds.littleEndian) { bytes.append(contentsOf: $0) } }
            bytes.append(contentsOf: Self.text(notices).utf8)
        case .block(let channels, let skippedPackets):
            Self.head(.block, UInt32(truncatingIfNeeded: channels.first?.count ?? 0), Int64(skippedPackets), &bytes)
            for channel in channels { channel.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        case .ended(let skippedPackets, let notices):
            Self.head(.ended, 0, Int64(skippedPackets), &bytes)
            bytes.append(contentsOf: Self.text(notices).utf8)
        case .failed(let reason):
            Self.head(.failed, 0, 0, &bytes)
            bytes.append(contentsOf: reason.utf8.prefix(Self.maxTextByteCount))
        case .forbidden(let call): Self.head(.forbidden, UInt32(bitPattern: call), 0, &bytes)
        }
    }

    private static func text(_ notices: [RecordingNotice]) -> String { notices.prefix(maxNotices).map(\.line).joined(separator: "\n") }

    private static func head(_ kind: Kind, _ first: UInt32, _ second: Int64, _ bytes: inout [UInt8]) {
        bytes.append(contentsOf: [kind.rawValue, 0, 0, 0])
        withUnsafeBytes(of: first.littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: second.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
