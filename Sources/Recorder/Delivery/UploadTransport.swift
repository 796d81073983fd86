/// Something that is brought to the server.
package enum UploadItem: Sendable, Equatable {
    /// Asks for a conversation.
    ///
    /// - Parameter conversation: its name, of the recorder's choice: when it is asked for once more, it is the same one. A server that does not know of
    ///   that chooses a name of its own.
    case start(conversation: String, language: String?)
    /// - Parameters:
    ///   - name: the same for the same audio.
    ///   - audio: 16-bit little-endian samples, 16 kHz, mono.
    case chunk(name: String, conversation: String, startMilliseconds: Int64, audio: [UInt8], language: String?)
    /// The conversation is complete.
    case finish(conversation: String)
}

/// What came back.
package struct Receipt: Sendable, Equatable {
    package var answer: DeliveryAnswer
    /// Of an answer to `.start`.
    package var conversation: String?
    /// Of an answer to `.finish`.
    package var title: String?
    /// Why it was refused, in the server's words.
    package var detail: String?
    /// Whether anybody answered at all.
    package var isAnswered: Bool

    package init(_ answer: DeliveryAnswer, conversation: String? = nil, title: String? = nil, detail: String? = nil, isAnswered: Bool = true) {
        self.answer = answer
        self.conversation = conversation
        self.title = title
        self.detail = detail
        self.isAnswered = isAnswered
    }
}

/// Brings parcels to a server, each once.
package protocol UploadTransport: Sendable {
    func deliver(_ parcel: UploadItem) async -> Receipt
}
