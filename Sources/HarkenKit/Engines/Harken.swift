import Framing
import Glibc
import Protocols
import Sessions
public import Speech

/// A Harken gateway as an engine, over the gateway's own protocol.
///
/// A stream goes on when its connection breaks, and when the gateway is restarted: no word is lost, and none comes twice. A gateway's session waits two
/// minutes for its client. Audio that the gateway does not have is sent again.
public final class Harken: SpeechToText, CoreEngine {
    let core: EngineCore

    /// - Parameters:
    ///   - url: the gateway's address, such as `http://127.0.0.1:8080` or `https://captions.example.org`; without a scheme, `wss://` is assumed. nil:
    ///     the value of the variable `HARKEN_URL`, or `http://127.0.0.1:8080`.
    ///   - key: the access key; nil: the value of the variable `HARKEN_KEY`, or none.
    ///   - engines: the only engines of the gateway that may serve, in order of preference; empty leaves the choice to the gateway.
    ///   - options: options of streams that are opened without options. A gateway chooses models and ends of turns itself: the other options of streams
    ///     are language, key terms and speakers.
    /// - Throws: `KitError.invalidKey` for a text that cannot be a key; `KitError.invalidURL` for an invalid address.
    public init(
        url: String? = nil, key: String? = nil, engines: [EngineName] = [], options: TranscriptionOptions = TranscriptionOptions()
    ) throws(KitError) {
        let given = url ?? Self.variable("HARKEN_URL") ?? "http://127.0.0.1:8080"
        let keyVariable = "HARKEN_KEY", name = EngineName("harken")
        let text = key ?? Self.variable(keyVariable) ?? ""
        let credential = try text.isEmpty ? Credential("") : Credential(KeyText(text, isParameter: key != nil, variable: keyVariable))
        let address = given.contains("://") ? given : "wss://" + given
        let service = GatewayPrerecordedClient.service(engines: engines)
        let live: String, recorded: String
        do throws(VendorAddressError) {
            live = try VendorAddress.webSocket(address)
            recorded = try VendorAddress.http(address, standard: service.address)
        } catch {
            throw .invalidURL(given)
        }
        let gateway = GatewayService(address: live, engines: engines, credential: credential, client: try KitRuntime.start().client)
        core = EngineCore(
            LiveEngine(name: name, capabilities: ListenWordsClient.capabilities, access: .resumable(gateway)),
            prerecorded: .vendor(service, VendorSettings(name: name, credential: credential, address: recorded)), options: options)
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    public var name: EngineName { core.name }

    public var capabilities: Capabilities { core.capabilities }

    /// Opens a stream with the engine's options.
    public func stream() throws(KitError) -> SpeechStream { try core.stream(nil) }

    public func stream(_ options: TranscriptionOptions) throws(KitError) -> SpeechStream { try core.stream(options) }

    public func recognize(file path: String, _ options: TranscriptionOptions?) async throws(KitError) -> Transcript {
        try await core.recognize(file: path, options)
    }

    public func update(_ options: TranscriptionOptions) { core.update(options) }
}
