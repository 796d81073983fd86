package import Framing
package import Speech

/// A text message from a client on the live socket; audio comes in binary messages.
///
/// Source: AssemblyAI "Universal-Streaming" reference, client messages.
package enum AssemblyAIClientMessage: Sendable, Equatable {
    /// - Parameters:
    ///   - given: the members for AssemblyAI's own engine, as the client wrote them. A message that is written has them as they are, and the
    ///     configuration's members besides.
    ///   - fixed: members that cannot change while a session runs; a message that is written has none.
    case updateConfiguration(AssemblyAIConfiguration, given: [VendorOptions.Option] = [], fixed: [VendorOptions.Option] = [])
    /// Ends the open turn now.
    case forceEndpoint
    case keepAlive
    case terminate
    /// Any other message, with its error in the vendor's words; the session ends.
    case invalid(String)

    package init(parsing text: RawSpan) {
        do throws(JSONError) {
            let document = try JSONDocument(parsing: text, sizeLimit: 65_536, depthLimit: 16)
            let type = document.root["type"]
            if type.equals("UpdateConfiguration") {
                do throws(AssemblyAISettingsError) {
                    self = .updateConfiguration(
                        try AssemblyAISettings.read(document.root), given: AssemblyAISettings.options(in: document.root),
                        fixed: AssemblyAISettings.fixed(in: document.root))
                } catch {
                    self = .invalid("Invalid Message: \(error.message)")
                }
            } else if type.equals("ForceEndpoint") {
                self = .forceEndpoint
            } else if type.equals("KeepAlive") {
                self = .keepAlive
            } else if type.equals("Terminate") {
                self = .terminate
            } else if let name = type.string {
                self = .invalid("Invalid Message Type: \(name.prefix(bytes: 64))")
            } else {
                self = .invalid("Invalid Message: a text message must be a JSON object with a type. Audio belongs in binary messages.")
            }
        } catch {
            self = .invalid("Invalid JSON: \(error)")
        }
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        switch self {
        case .updateConfiguration(let configuration, let given, _):
            json.member("type", literal: "UpdateConfiguration")
            AssemblyAISettings.write(configuration, to: &json)
            for option in given {
                json.key(escaping: option.name)
                json.value(raw: Array(option.value.json.utf8))
            }
        case .forceEndpoint: json.member("type", literal: "ForceEndpoint")
        case .keepAlive: json.member("type", literal: "KeepAlive")
        case .terminate: json.member("type", literal: "Terminate")
        case .invalid: break
        }
        json.endObject()
    }

    /// The message as the bytes of one text message.
    package var text: [UInt8] {
        var json = JSONWriter(capacity: 64)
        write(to: &json)
        return json.bytes
    }
}
