import Speech

/// Items that wait for a stream, in the order of their arrival. Commands keep their place in the audio.
struct StreamInbox: Sendable {
    enum Item: Sendable {
        case command(EngineCommand)
        /// The models are loaded; the service recognises the stream's segments.
        case ready(any SegmentService)
        case unavailable(EngineError)
        case answer(channel: Int, ChannelAnswer)
    }

    /// Audio as 16-bit little-endian PCM.
    private(set) var audio: [UInt8] = []
    /// Items, each with the number of bytes of `audio` that came before it.
    private(set) var items: [(after: Int, item: Item)] = []
    /// True if the listening thread knows that the inbox has something.
    private(set) var isAnnounced = false

    /// - Returns: true if the listening thread must be woken.
    mutating func add(_ bytes: RawSpan) -> Bool {
        bytes.withUnsafeBytes { audio.append(contentsOf: $0) }
        return announce()
    }

    mutating func add(_ item: Item) -> Bool {
        items.append((audio.count, item))
        return announce()
    }

    mutating func take() -> StreamInbox {
        let taken = self
        self = StreamInbox()
        return taken
    }

    private mutating func announce() -> Bool {
        defer { isAnnounced = true }
        return !isAnnounced
    }
}
