import Framing
import Speech

/// `POST /v1/realtime/client_secrets`, or the beta's `POST /v1/realtime/transcription_sessions`: asks for a temporary key for a browser.
///
/// The session settings in the body are checked and sent back. Sessions that are opened with the key begin with these settings.
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

    /// - Parameter body: empty, or an object.
    package init(_ body: [UInt8], _ shape: RealtimeConfiguration.Shape, _ context: HandshakeContext) throws(RequestError) {
        self.shape = shape
        var seconds = Self.usualSeconds[shape] ?? 60
        var configuration = RealtimeConfiguration()
        if !body.isEmpty {
            guard let document = try? JSONDocument(parsing: body, sizeLimit: Self.longestBody, depthLimit: 16), document.root.isObject else {
                throw .badRequest("The body must be a JSON object of at most \(Self.longestBody) bytes.")
            }
            let root = document.root
            let given = root["expires_after"]["seconds"]
            if given.exists {
                guard let value = given.int, Self.range.contains(value) else {
                    throw .badRequest("expires_after.seconds must be a whole number from \(Self.range.lowerBound) to \(Self.range.upperBound).")
                }
                seconds = value
            }
            do throws(RealtimeError) {
                let knows = { OpenAIModels.isKnown(realtime: $0, context.models) }
                if shape == .beta {
                    try configuration.update(root, knows: knows)
                } else if root["session"].exists {
                    try configuration.update(root["session"], knows: knows)
                }
            } catch {
                throw .badRequest(error.message)
            }
        }
        lifetime = .seconds(seconds)
        self.configuration = configuration
    }

    /// The settings to which the key is bound, for `RealtimeConfiguration.bound`.
    package var settings: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
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
