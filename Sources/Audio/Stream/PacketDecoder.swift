internal import Speech

/// Decodes bare packets, one in each message. A class, so that it can stand in an enum's case and be changed there.
protocol PacketDecoder: AnyObject {
    func append(_ packet: RawSpan, to output: inout [UInt8])
    /// Messages that could not be decoded, since the last that could.
    var damagedInRow: Int { get }
    /// All of them.
    var damaged: Int { get }
    /// What the messages are not.
    var complaint: String { get }
}

extension PacketDecoder {
    /// A second's worth of packets, and not one of them decodes.
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
