internal import Engines
internal import Framing
internal import Live
internal import Speech

/// The outcome of a call with which an engine is tried.
struct EngineTrial: Sendable {
    static let fields: [APIOperation.Field] = [
        .init("name", "string", required: true, "The engine."),
        .init("works", "boolean", required: true, "True if the engine answered to the end."),
        .init("error", "string?", required: true, "The kind of the error, such as unauthorised or timed_out; or null."),
        .init("why", "string?", required: true, "What is wrong, in words; or null."),
        .init("called", "boolean", required: true, "False if there was no call, because the engine runs in this process or takes no live audio."),
        .init("seconds", "number", required: true, "Duration of the call."),
    ]

    let name: EngineName
    /// True if a vendor was called.
    let isCall: Bool
    let error: EngineError?
    let duration: Duration

    /// Tries an engine. An engine of this process is not called: its status tells whether it works.
    static func run(_ entry: EngineEntry, _ contexts: LiveContexts) async -> EngineTrial {
        if case .unavailable(let reason) = entry.status() {
            return EngineTrial(name: entry.name, isCall: false, error: .unavailable(reason), duration: .zero)
        }
        let start = Instant.now, isCall = entry.credential != nil || entry.asksServer
        let error = isCall ? await contexts.probe(entry) : nil
        return EngineTrial(name: entry.name, isCall: isCall, error: error, duration: .now - start)
    }

    /// - Parameter isEnrolled: whether the key is the one that the user has enrolled; nil when no key was shown.
    func write(to json: inout JSONWriter, isEnrolled: Bool? = nil) {
        json.beginObject()
        json.member("name", name.rawValue)
        json.member("works", error == nil)
        json.member("error", optional: error?.label)
        json.member("why", optional: error.map { "\($0)" })
        json.member("called", isCall)
        json.member("seconds", duration / .seconds(1), decimals: 3)
        if let isEnrolled { json.member("enrolled", isEnrolled) }
        json.endObject()
    }
}
