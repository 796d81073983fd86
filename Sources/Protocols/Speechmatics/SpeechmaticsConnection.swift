import Framing
import Speech

/// The parts of a connection that Speechmatics' live services have in common: the waits for the vendor, and its errors.
enum SpeechmaticsConnection {
    static let startLimit: Duration = .seconds(10)
    static let finalizeLimit: Duration = .seconds(3)
    /// Maximum silence of the vendor after EndOfStream; each message of the vendor restarts this time.
    static let drainLimit: Duration = .seconds(20)

    /// Returns the error of a rejected upgrade.
    static func rejection(status: Int?, headers: HTTPHeaders, body: [UInt8]) -> EngineError {
        return SpeechmaticsError.engineError(status: status, retryAfter: headers.retryAfter, said: said(in: body) ?? "no reason given")
    }

    private static func said(in body: [UInt8]) -> String? {
        guard let document = try? JSONDocument(parsing: body, sizeLimit: 65_536) else { return nil }
        return document.root["detail"].string ?? document.root["error"].string
    }

    /// Returns the error of a service that did not answer in time, as `LiveClientState.timePassed` does.
    static func timePassed(
        _ now: Instant, _ state: LiveClientState, _ owed: inout OwedFlushes, _ actions: inout [ClientAction]
    ) -> EngineError? {
        state.timePassed(
            now, &owed, start: "Speechmatics did not start the recognition.", end: "Speechmatics did not end the transcript after EndOfStream.",
            &actions)
    }
}
