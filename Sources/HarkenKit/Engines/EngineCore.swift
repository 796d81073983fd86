import Glibc
import Protocols
import Sessions
import Speech
import Synchronization

/// What all engines do: open streams with their options, and change those that run.
final class EngineCore: Sendable {
    private struct State {
        var options: TranscriptionOptions
        var streams: [Weak] = []
    }

    private struct Weak {
        weak var stream: SpeechStream?
    }

    let name: EngineName
    private let source: LiveEngineSource
    private let state: Mutex<State>

    init(_ engine: LiveEngine, options: TranscriptionOptions) {
        name = engine.name
        source = LiveEngineSource(base: engine)
        state = Mutex(State(options: options))
    }

    /// A vendor of the catalogue.
    ///
    /// - Parameters:
    ///   - key: nil: from the vendor's variable.
    ///   - url: nil: the vendor's own.
    convenience init(vendor name: String, title: String, key: String?, url: String?, options: TranscriptionOptions) throws(KitError) {
        let variable = name.uppercased() + "_API_KEY"
        let given = key ?? getenv(variable).map { String(cString: $0) } ?? ""
        guard !given.isEmpty else { throw .missingKey(vendor: title, variable: variable) }
        guard let vendor = Catalogue.vendors.first(where: { $0.name.rawValue == name }) else { throw .unavailable("\(title) is not built in") }
        try self.init(vendor: vendor, key: given, url: url, options: options)
    }

    /// - Throws: `KitError.unavailable` for a vendor that takes no live audio.
    convenience init(vendor: Vendor, key: String, url: String?, options: TranscriptionOptions) throws(KitError) {
        guard let live = vendor.live else { throw .unavailable("\(vendor.name) takes no live audio") }
        let address = try Self.address(url ?? live.address)
        let settings = VendorSettings(name: vendor.name, credential: Credential(key), streamingAddress: address)
        self.init(LiveEngine(name: vendor.name, capabilities: live.capabilities, access: .vendor(live, settings)), options: options)
    }

    private static func address(_ url: String) throws(KitError) -> String {
        var address = url
        for (http, webSocket) in [("http://", "ws://"), ("https://", "wss://")] where address.hasPrefix(http) {
            address = webSocket + address.dropFirst(http.count)
        }
        if !address.hasPrefix("ws://") && !address.hasPrefix("wss://") { address = "wss://" + address }
        while address.hasSuffix("/") { address.removeLast() }
        guard address.split(separator: "/").count >= 2 else { throw .invalidURL(url) }
        return address
    }

    func stream(_ options: TranscriptionOptions?) throws(KitError) -> SpeechStream {
        let runtime = try KitRuntime.start()
        return state.withLock { state in
            let stream = SpeechStream(engine: source, options: options ?? state.options, runtime: runtime)
            state.streams.removeAll { $0.stream == nil }
            state.streams.append(Weak(stream: stream))
            return stream
        }
    }

    func update(_ options: TranscriptionOptions) {
        let streams = state.withLock { state in
            state.options = options
            return state.streams.compactMap(\.stream)
        }
        for stream in streams { stream.update(options) }
    }
}
