import Framing
import Glibc
import LocalEngine
import Net
import Protocols
import Sessions
public import Speech
import Vendors

/// A server with OpenAI's transcription API: OpenAI's own, or one of a program's own, such as speaches, faster-whisper-server, whisper.cpp or vLLM.
///
/// Streams are recognized in one of two ways (`Live`).
public final class OpenAI: SpeechToText, CoreEngine {
    /// The way in which streams are recognized.
    public enum Live: Sendable, Equatable {
        /// Segment by segment, as recordings, which every such server takes: the voice detector of this machine finds speech, the words so far are
        /// recognized again at every `interimPeriod`, and each segment becomes final at a pause. Every interim is a request that the server may charge
        /// for.
        case recordings
        /// Over OpenAI's realtime protocol: words come while they are spoken, and nothing of this machine is needed. Words have no times of their own:
        /// each one has a share of the loud audio.
        case realtime
    }

    let core: EngineCore

    /// - Parameters:
    ///   - key: the server's API key; nil: the value of the variable `OPENAI_API_KEY`. A server of the program's own may want none.
    ///   - baseURL: the server's address with its path, such as `http://127.0.0.1:8000/v1`; nil: OpenAI's own. Without a scheme, `https://` is assumed.
    ///   - live: the way in which streams are recognized.
    ///   - model: the server's name of the model for options that name none; nil: `whisper-1` for recordings, and `gpt-live-transcribe` for streams over
    ///     the realtime protocol. A name is for streams over the realtime protocol, if streams use it.
    ///   - interimPeriod: time between two interims of `Live.recordings`, 0.2 s or more. A server that takes longer is asked less often.
    ///   - models: the folder with the models of this machine; nil: the folder that `harken models install` fills. Only for `Live.recordings`.
    ///   - options: options of streams that are opened without options.
    /// - Throws: `KitError.missingKey` for OpenAI's own server without a key; `KitError.invalidKey` for a text that cannot be a key;
    ///   `KitError.invalidURL` for an invalid address; `KitError.unavailable` when the voice detector is missing, for `Live.recordings`.
    public init(
        key: String? = nil, baseURL: String? = nil, live: Live = .recordings, model: String? = nil, interimPeriod: Duration = .seconds(1),
        models: String? = nil, options: TranscriptionOptions = TranscriptionOptions()
    ) throws(KitError) {
        let name = EngineName("openai"), service = OpenAIPrerecordedClient.service, variable = "OPENAI_API_KEY"
        let given = key ?? getenv(variable).map { String(cString: $0) } ?? ""
        guard !given.isEmpty || baseURL != nil else { throw .missingKey(vendor: "OpenAI", variable: variable) }
        let credential = try given.isEmpty ? Credential("") : Credential(KeyText(given, isParameter: key != nil, variable: variable))
        var settings = VendorSettings(name: name, credential: credential, model: model)
        do throws(VendorAddressError) {
            settings.address = try VendorAddress.http(
                baseURL.map { $0.contains("://") ? $0 : "https://" + $0 } ?? service.address, standard: service.address)
        } catch {
            throw .invalidURL(baseURL ?? error.text)
        }
        if live == .realtime {
            core = try Self.realtime(settings, url: baseURL, model: model, options)
            return
        }
        let folder = Local.folder(models)
        if let missing = folder.missing(VoiceDetection.items).first {
            throw .unavailable("\(missing) is missing; install the models with: harken models install")
        }
        let recordings = EngineCore.Prerecorded.vendor(service, settings)
        let detection = VoiceDetection(folder)
        let live = SegmentedEngine(
            try recordings.engine(), model: model, detecting: detection, turns: detection,
            SegmentedEngine.Configuration(interimPeriod: interimPeriod), order: { RecognitionOptions(segmentOf: $0) })
        core = EngineCore(
            LiveEngine(name: name, capabilities: live.capabilities, access: .inProcess(live)), prerecorded: recordings, options: options)
    }

    /// - Parameter settings: the settings for recordings.
    private static func realtime(
        _ settings: VendorSettings, url: String?, model: String?, _ options: TranscriptionOptions
    ) throws(KitError) -> EngineCore {
        var settings = settings
        let service = model.map { OpenAILiveClient.service(model: $0) } ?? OpenAILiveClient.service()
        settings.model = nil
        do throws(VendorAddressError) {
            settings.streamingAddress = try VendorAddress.webSocket(
                url.map { $0.contains("://") ? $0 : "https://" + $0 } ?? service.address, standard: service.address)
        } catch {
            throw .invalidURL(url ?? error.text)
        }
        return EngineCore(
            LiveEngine(name: settings.name, capabilities: service.capabilities, access: .vendor(service, settings)),
            prerecorded: .vendor(OpenAIPrerecordedClient.service, settings), options: options)
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
