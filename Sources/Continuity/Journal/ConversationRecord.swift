package import Speech

/// A conversation of a session as the journal has it: recovery makes it again if the store had not accepted it before a crash.
package struct ConversationRecord: Sendable, Equatable {
    /// The conversation's identifier.
    package var id: String
    /// The kind of recorder.
    package var source: String
    /// The recording device's own name; nil when it gives none.
    package var device: String?
    /// The client's own name of the call; nil when the conversation is not a call.
    package var call: String?
    /// Time of the conversation's creation.
    package var created: UnixTime
    /// Silence that ends the conversation; nil: not set.
    package var timeout: Duration?
    /// Beginning of the conversation's part of the session, as time since the session's start.
    package var begins: Duration
    /// Time that is added to a time in the session to get the time in the conversation; nil until somebody has spoken.
    package var shift: Duration?

    package init(
        id: String, source: String, device: String?, call: String?, created: UnixTime, timeout: Duration?, begins: Duration, shift: Duration?
    ) {
        self.id = id
        self.source = source
        self.device = device
        self.call = call
        self.created = created
        self.timeout = timeout
        self.begins = begins
        self.shift = shift
    }

    func write(to record: inout RecordWriter) {
        record.put(text: id)
        record.put(text: source)
        record.put(optional: device)
        record.put(optional: call)
        record.put(created.milliseconds)
        record.put(optional: timeout)
        record.put(begins.wholeNanoseconds)
        record.put(optional: shift)
    }

    /// Returns nil where the bytes are not valid.
    init?(from record: inout RecordReader) {
        guard let id = record.takeText(), let source = record.takeText(), let device = record.takeOptionalText(),
            let call = record.takeOptionalText(), let created: Int64 = record.take(), let timeout = record.takeOptionalDuration(),
            let begins: Int64 = record.take(), let shift = record.takeOptionalDuration()
        else { return nil }
        self.init(
            id: id, source: source, device: device, call: call, created: UnixTime(milliseconds: created), timeout: timeout,
            begins: .nanoseconds(begins), shift: shift)
    }
}

extension RecordWriter {
    /// Writes an optional duration in nanoseconds.
    fileprivate mutating func put(optional duration: Duration?) {
        put(UInt8(duration == nil ? 0 : 1))
        if let duration { put(duration.wholeNanoseconds) }
    }
}

extension RecordReader {
    fileprivate mutating func takeOptionalDuration() -> Duration?? {
        switch take(UInt8.self) {
        case 0: .some(nil)
        case 1: take(Int64.self).map { .some(.nanoseconds($0)) }
        case _: nil
        }
    }
}
