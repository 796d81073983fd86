import Framing
import Speech

/// `POST /v1/realtime/client_secrets`, or the beta's `POST /v1/realtime/transcription_sessions` and `POST /v1/realtime/sessions`: asks for a
/// temporary key for a browser.
///
/// The session settings in the body are checked and sent back. Sessions that are opened with the key begin with these settings. An unknown member is
/// refused, beside the settings too: a body in the other shape would make a key without its settings.
///
/// Source: OpenAI API reference, "Realtime", client secrets.
package struct RealtimeSecretRequest: Sendable, Equatable {
    package var lifetime: Duration
    private let shape: RealtimeConfiguration.Shape
    private let configuration: RealtimeConfiguration

    /// Maximum size of a request's body, in bytes.
    package static let longestBody = 65_536
    private static let usualSeconds: [RealtimeConfiguration.Shape: Int] = [.general: 600, .beta: 60]
    private static let range = 10...7_200

    /// - Parameters:
    ///   - body: empty, or an object.
    ///   - type: the type of a session that names none.
    package init(
        _ body: [UInt8], _ shape: RealtimeConfiguration.Shape, type: RealtimeConfiguration.SessionType = .transcription, _ context: HandshakeContext
    ) throws(RealtimeError) {
        self.shape = shape
        var seconds = Self.usualSeconds[shape] ?? 60
        var configuration = RealtimeConfiguration()
        configuration.type = type
        if !body.isEmpty {
            guard let document = try? JSONDocument(parsing: body, sizeLimit: Self.longestBody, depthLimit: 16), document.root.isObject else {
                throw RealtimeError("The body must be a JSON object of at most \(Self.longestBody) bytes.")
            }
            let root = document.root
            // The beta's clients write the lifetime into the member that the answer has.
            let isBeta = shape == .beta
            if isBeta { seconds = try Self.seconds(root["client_secret"]["expires_after"], "client_secret.expires_after") ?? seconds }
            seconds = try Self.seconds(root["expires_after"], "expires_after") ?? seconds
            if !isBeta { try RealtimeConfiguration.check(root, nil, besides: ["session", "expires_after"]) }
            try RealtimeConfiguration.check(root["expires_after"], "expires_after", besides: ["anchor", "seconds"])
            let knows = { OpenAIModels.isKnown(realtime: $0, context.models) }
            if !isBeta {
                if root["session"].exists { try configuration.update(root["session"], knows: knows) }
            } else {
                do throws(RealtimeError) {
                    try configuration.update(root, besides: ["expires_after"], knows: knows)
                } catch {
                    // The beta's body is the session itself.
                    var error = error
                    if let name = error.parameter, name.hasPrefix("session.") { error.parameter = String(name.dropFirst("session.".count)) }
                    throw error
                }
            }
        }
        lifetime = .seconds(seconds)
        self.configuration = configuration
    }

    /// Reads a lifetime in seconds; nil when none is given.
    private static func seconds(_ view: JSONView, _ path: String) throws(RealtimeError) -> Int? {
        let given = view["seconds"]
        guard given.exists else { return nil }
        guard let value = given.int, range.contains(value) else {
            throw .invalid(
                path + ".seconds", "\(path).seconds must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }

    /// The settings to which the key is bound, for `RealtimeConfiguration.bound`.
    package var settings: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("type", configuration.type.rawValue)
        configuration.write(members: shape, to: &json)
        json.endObject()
        return json.bytes
    }

    package func answer(token: String, _ context: HandshakeContext) -> [UInt8] {
        let expires = context.now + lifetime
        let voice = RealtimeVoice(requestID: context.requestID, shape: shape, expires: expires)
        var json = JSONWriter()
        func secret(_ json: inout JSONWriter) {
            json.member("value", token)
            json.member("expires_at", Int(expires.milliseconds / 1_000))
        }
        json.beginObject()
        switch shape {
        case .general:
            secret(&json)
            json.key("session")
            json.beginObject()
            voice.write(session: configuration, to: &json)
            json.endObject()
        case .beta:
            voice.write(session: configuration, to: &json)
            json.key("client_secret")
            json.beginObject()
            secret(&json)
            json.endObject()
        }
        json.endObject()
        return json.bytes
    }
}
