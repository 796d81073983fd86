internal import Audio
internal import Speech

/// An order to a worker: one recording. The recording's open file goes along with the message.
struct DecodeOrder: Equatable {
    var format: AudioFormat
    var rate: SampleRate
    var treatment: ChannelTreatment
    var tracks: TrackChoice

    static let maxByteCount = 256
    private static let usual = "usual"

    init(_ format: AudioFormat, rate: SampleRate, treatment: ChannelTreatment, tracks: TrackChoice = .usual) {
        self.format = format
        self.rate = rate
        self.treatment = treatment
        self.tracks = tracks
    }

    /// Parses an order; nil when the bytes are not an order.
    init?(_ bytes: ArraySlice<UInt8>) {
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 6, let hertz = Int(fields[0]), fields[1] == "mixed" || fields[1] == "separate" else { return nil }
        guard let tracks = fields[5] == Self.usual ? TrackChoice.usual : TrackChoice(String(fields[5])) else { return nil }
        self.tracks = tracks
        rate = SampleRate(hertz: hertz)
        treatment = fields[1] == "mixed" ? .mixed : .separate
        if fields[2] == "container" {
            guard fields[3] == "0", fields[4] == "0" else { return nil }
            format = .container
        } else {
            guard let encoding = AudioEncoding(rawValue: String(fields[2])), let hertz = Int(fields[3]), let channels = Int(fields[4]) else {
                return nil
            }
            format = .raw(encoding, SampleRate(hertz: hertz), channels: channels)
        }
    }

    var bytes: [UInt8] {
        let (name, hertz, channels) =
            switch format {
            case .container: ("container", 0, 0)
            case .raw(let encoding, let rate, let channels): (encoding.rawValue, rate.hertz, channels)
            }
        return Array("\(rate.hertz) \(treatment == .mixed ? "mixed" : "separate") \(name) \(hertz) \(channels) \(tracks.text ?? Self.usual)".utf8)
    }
}
