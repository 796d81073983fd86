package import Speech

/// An item that is delivered to the server.
package enum UploadItem: Sendable, Equatable {
    /// Asks for a conversation.
    ///
    /// - Parameters:
    ///   - conversation: the conversation's name, which the recorder chooses: repeated requests with one name get the same conversation. A
    ///     server without this feature chooses a name itself.
    ///   - title: the title of the conversation; nil: it is made of the words.
    ///   - started: the time of the recording's first sample; nil: the server dates the recording by its delivery.
    case start(conversation: String, language: String?, title: String?, started: UnixTime?)
    /// - Parameters:
    ///   - name: the chunk's name; the same audio always has the same name.
    ///   - audio: 16-bit little-endian samples, 16 kHz, mono.
    case chunk(name: String, conversation: String, startMilliseconds: Int64, audio: [UInt8], language: String?)
    /// The conversation is complete.
    case finish(conversation: String)
}

/// The server's answer to an item.
package struct Receipt: Sendable, Equatable {
    package var answer: DeliveryAnswer
    /// The conversation, in an answer to `.start`.
    package var conversation: String?
    /// The conversation's title, in an answer to `.finish`.
    package var title: String?
    /// The reason of a rejection, in the server's words.
    package var detail: String?
    /// True if the server refused the time at which the recording began.
    package var hasBadStart = false
    /// The reason, in the server's words, for which it dates the recording by its delivery; nil: it took the recording's own time.
    package var undated: String?
    /// True if the server answered at all.
    package var isAnswered: Bool

    package init(_ answer: DeliveryAnswer, conversation: String? = nil, title: String? = nil, detail: String? = nil, isAnswered: Bool = true) {
        self.answer = answer
        self.conversation = conversation
        self.title = title
        self.detail = detail
        self.isAnswered = isAnswered
    }
}

/// Delivers items to a server, one try for each call.
package protocol UploadTransport: Sendable {
    func deliver(_ item: UploadItem) async -> Receipt
}
