package import Framing

/// A text message from a client of the managed proxy.
package enum ManagedClientMessage: Sendable, Equatable {
    /// The first message. `token` is nil when the message brought no valid token.
    case auth(token: Credential?, Result<ManagedConfiguration, ManagedConfigurationError>)
    /// Announces the end of the audio.
    case end
    /// Makes the text so far final.
    case finalize
    case keepAlive
    case ping
    /// Any other message, with its error.
    case invalid(String)

    /// Maximum size of a message, in bytes.
    package static let sizeLimit = 65_536

    package init(parsing text: RawSpan) {
        var unread: [String] = []
        self.init(parsing: text, unread: &unread)
    }

    /// - Parameter unread: gets the paths of the members that nothing reads, such as `finalize.color`. Those of `auth` are in its configuration.
    init(parsing text: RawSpan, unread: inout [String]) {
        do throws(JSONError) {
            let document = try JSONDocument(parsing: text, sizeLimit: Self.sizeLimit, depthLimit: 16)
            let root = document.root
            let type = root["type"].string
            switch type {
            case "auth":
                let token = root["token"].string.flatMap { $0.isEmpty ? nil : Credential($0) }
                do throws(ManagedConfigurationError) {
                    self = .auth(token: token, .success(try ManagedConfiguration(auth: root)))
                } catch {
                    self = .auth(token: token, .failure(error))
                }
            case "end", "stop", "CloseStream": self = .end
            case "finalize": self = .finalize
            case "keepalive": self = .keepAlive
            case "ping": self = .ping
            case .some: self = .invalid("The message's type is not known. Known are auth, finalize, keepalive, ping and end.")
            case nil: self = .invalid("A text message must be a JSON object with a type. Audio belongs in binary messages.")
            }
            switch self {
            case .end, .finalize, .keepAlive, .ping: unread = IgnoredOptions.names(in: root, besides: ["type"]).map { "\(type ?? "").\($0)" }
            case .auth, .invalid: break
            }
        } catch {
            // The parser's error text could quote the message, and with it a token.
            self = .invalid("The text message is not JSON of at most \(Self.sizeLimit) bytes. Audio belongs in binary messages.")
        }
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        switch self {
        case .auth(let token, let configuration):
            json.member("type", literal: "auth")
            if let token { json.member("token", token.secret) }
            if case .success(let configuration) = configuration {
                json.key("config")
                configuration.write(to: &json)
            }
        case .end: json.member("type", literal: "end")
        case .finalize: json.member("type", literal: "finalize")
        case .keepAlive: json.member("type", literal: "keepalive")
        case .ping: json.member("type", literal: "ping")
        case .invalid: break
        }
        json.endObject()
    }
}
