import Glibc
import LocalEngine
import Net
import Protocols
import Sessions
public import Speech
import Vendors

/// A server with OpenAI's transcription API: OpenAI's own, or one of a program's own, such as speaches, faster-whisper-server, whisper.cpp or vLLM.
///
/// Such a server takes recordings. A stream is recognized segment by segment: the voice detector of this machine finds speech, the words so far are
/// recognized again at every `interimPeriod`, and each segment becomes final at a pause. Every interim is a request that the server may charge for.
public final class OpenAI: SpeechToText, CoreEngine {
    let core: EngineCore

    /// - Parameters:
    ///   - key: the server's API key; nil: the value of the variable `OPENAI_API_KEY`. A server of the program's own may want none.
    ///   - baseURL: the server's address with its path, such as `http://127.0.0.1:8000/v1`; nil: OpenAI's own. Without a scheme, `https://` is assumed.
    ///   - model: the server's name of the model for options that name none; nil: `whisper-1`.
    ///   - interimPeriod: time between two interims, 0.2 s or more. A server that takes longer is asked less often.
    ///   - models: the folder with the models of this machine; nil: the folder that `harken models install` fills.
    ///   - options: options of streams that are opened without options.
    /// - Throws: `KitError.missingKey` for OpenAI's own server without a key; `KitError.invalidURL` for an invalid address; `KitError.unavailable` when
    ///   the voice detector is missing.
    public init(
        key: String? = nil, baseURL: String? = nil, model: String? = nil, interimPeriod: Duration = .seconds(1), models: String? = nil,
        options: TranscriptionOptions = TranscriptionOptions()
    ) throws(KitError) {
        let name = EngineName("openai"), service = OpenAIPrerecordedClient.service, variable = "OPENAI_API_KEY"
        let given = key ?? getenv(variable).map { String(cString: $0) } ?? ""
        guard !given.isEmpty || baseURL != nil else { throw .missingKey(vendor: "OpenAI", variable: variable) }
        var settings = VendorSettings(name: name, credential: Credential(given), model: model)
        do throws(VendorAddressError) {
            settings.address = try VendorAddress.http(
                baseURL.map { $0.contains("://") ? $0 : "https://" + $0 } ?? service.address, standard: service.address)
        } catch {
            throw .invalidURL(baseURL ?? error.text)
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

    public var name: EngineName { core.name }

    /// Opens a stream with the engine's options.
    public func stream() throws(KitError) -> SpeechStream { try core.stream(nil) }

    public func stream(_ options: TranscriptionOptions) throws(KitError) -> SpeechStream { try core.stream(options) }

    public func recognize(file path: String, _ options: TranscriptionOptions?) async throws(KitError) -> Transcript {
        try await core.recognize(file: path, options)
    }

    public func update(_ options: TranscriptionOptions) { core.update(options) }
}
