internal import Speech

/// Decodes bare packets, one per message. Conforming types are classes, so that an enum's associated value can be changed in place.
protocol PacketDecoder: AnyObject {
    func append(_ packet: RawSpan, to output: inout [UInt8])
    /// Number of undecodable messages in a row, up to the latest.
    var damagedInRow: Int { get }
    /// Total number of undecodable messages.
    var damaged: Int { get }
    /// Text of the error when the messages are not packets of this kind.
    var complaint: String { get }
}

extension PacketDecoder {
    /// True if a second's worth of packets in a row could not be decoded.
    var isHopeless: Bool { damagedInRow >= StreamDecoder.maxDamagedInRow }
}

final class OpusPackets: PacketDecoder {
    private var stream: OpusStream

    init(channels: Int) throws(MediaError) { stream = try OpusStream(channels: channels) }

    func append(_ packet: RawSpan, to output: inout [UInt8]) { stream.append(packet, to: &output) }
    var damagedInRow: Int { stream.damagedInRow }
    var damaged: Int { stream.damaged }
    var complaint: String { "the messages are not Opus packets; a container (Ogg, WebM) needs another encoding or none" }
}

final class LC3Packets: PacketDecoder {
    private var stream: LC3Stream

    init(rate: SampleRate) throws(MediaError) { stream = try LC3Stream(rate: rate) }

    func append(_ packet: RawSpan, to output: inout [UInt8]) { stream.append(packet, to: &output) }
    var damagedInRow: Int { stream.damagedInRow }
    var damaged: Int { stream.damaged }
    var complaint: String { "the messages are not LC3 frames of \(LC3Stream.frameBytes) bytes" }
}
