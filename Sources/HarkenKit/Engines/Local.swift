import Glibc
import LocalEngine
import Sessions
public import Speech

/// The engine of this machine: English, without a key and without a network.
public final class Local: SpeechToText, CoreEngine {
    let core: EngineCore

    /// Starts to load the models in the background. Audio that is pushed before they are loaded waits.
    ///
    /// - Parameters:
    ///   - models: the folder with the models; nil: the folder that `harken models install` fills.
    ///   - threads: number of recognitions that run at the same time; nil: the number of the machine's cores.
    ///   - modelFailed: called on any thread when a model fails without which the engine still works, once for each model.
    /// - Throws: `KitError.unavailable` when a model is missing.
    public init(
        models: String? = nil, threads: Int? = nil, options: TranscriptionOptions = TranscriptionOptions(),
        modelFailed: @escaping @Sendable (LocalModelFailure) -> Void = { _ in }
    ) throws(KitError) {
        core = try Self.core(models: models, threads: threads, options: options, modelFailed: modelFailed)
    }

    /// Returns the folder with the models of this machine.
    static func folder(_ models: String?) -> ModelFolder {
        let names = ["HARKEN_MODELS", "HARKEN_CACHE", "XDG_CACHE_HOME", "HOME"]
        let environment = names.reduce(into: [String: String]()) { values, name in values[name] = getenv(name).map { String(cString: $0) } }
        return models.map { ModelFolder($0) } ?? ModelFolder(environment: environment)
    }

    static func core(
        models: String?, threads: Int?, options: TranscriptionOptions, modelFailed: @escaping @Sendable (LocalModelFailure) -> Void = { _ in }
    ) throws(KitError) -> EngineCore {
        let folder = folder(models)
        if let missing = folder.missing(ModelFolder.Item.recognition).first {
            throw .unavailable("\(missing) is missing; install the models with: harken models install")
        }
        let engine = LocalEngine(folder, pool: threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) { modelFailed(LocalModelFailure($0)) }
        return EngineCore(
            LiveEngine(name: engine.name, capabilities: engine.capabilities, access: .inProcess(engine)), prerecorded: .inProcess(engine),
            listener: SpeechListener(engine), voices: engine.voiceprints, options: options)
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
