import Conversations
import Framing
import Glibc
import Net
import Protocols
import Sessions
import Speech
import Synchronization
import Tracing
import Vendors

/// The common part of all engines: opens streams, and updates the options of the open streams.
final class EngineCore: Sendable {
    private struct State {
        var options: TranscriptionOptions
        var streams: [Weak] = []
    }

    private struct Weak {
        weak var stream: SpeechStream?
    }

    /// The engine that recognizes files.
    enum Prerecorded: Sendable {
        case inProcess(any PrerecordedEngine)
        case vendor(PrerecordedService, VendorSettings)

        var isInProcess: Bool { if case .inProcess = self { true } else { false } }

        func engine() throws(KitError) -> any PrerecordedEngine {
            switch self {
            case .inProcess(let own): own
            case .vendor(let service, let settings):
                VendorRecognizer(service, settings: settings, client: try KitRuntime.start().recordingClient(), clock: .system, integration: "kit")
            }
        }
    }

    let name: EngineName
    /// The engines of live audio, without repairers.
    let live: EngineSet
    /// The engines of recordings, in order of preference; empty: the engine takes live audio only.
    let prerecorded: [Prerecorded]
    private let repairers: [Prerecorded]
    private let state: Mutex<State>

    /// - Parameters:
    ///   - prerecorded: the engines of recordings, in order of preference.
    ///   - repairers: the engines that repair gaps of streams, in order of preference.
    init(
        _ name: EngineName, _ live: EngineSet, prerecorded: [Prerecorded], repairers: [Prerecorded] = [], options: TranscriptionOptions
    ) {
        self.name = name
        self.live = live
        self.prerecorded = prerecorded
        self.repairers = repairers
        state = Mutex(State(options: options))
    }

    convenience init(
        _ engine: LiveEngine, prerecorded: Prerecorded? = nil, listener: SpeechListener? = nil, voices: (any Voiceprinting)? = nil,
        options: TranscriptionOptions
    ) {
        self.init(
            engine.name, EngineSet(engines: [engine], listener: listener, voices: voices), prerecorded: prerecorded.map { [$0] } ?? [],
            options: options)
    }

    /// Makes the engine of the catalogue's vendor with this name.
    ///
    /// - Parameters:
    ///   - key: the vendor's API key; nil: the value of the vendor's environment variable.
    ///   - url: the server's address; nil: the vendor's own.
    convenience init(vendor name: String, title: String, key: String?, url: String?, options: TranscriptionOptions) throws(KitError) {
        let variable = EngineName(name).keyVariable
        let given = key ?? getenv(variable).map { String(cString: $0) } ?? ""
        guard !given.isEmpty else { throw .missingKey(vendor: title, variable: variable) }
        let text = try KeyText(given, isParameter: key != nil, variable: variable)
        guard let vendor = Catalogue.vendors.first(where: { $0.name.rawValue == name }) else {
            throw .unavailable("\(title) is not part of this build")
        }
        try self.init(vendor: vendor, key: text, url: url, options: options)
    }

    /// - Throws: `KitError.unavailable` for a vendor that takes no live audio.
    convenience init(vendor: Vendor, key: KeyText, url: String?, options: TranscriptionOptions) throws(KitError) {
        guard let live = vendor.live else { throw .unavailable("\(vendor.name) has no live audio") }
        // An address without a scheme means a server on the internet, so TLS is used.
        let given = url.map { $0.contains("://") ? $0 : "wss://" + $0 }
        var settings = VendorSettings(name: vendor.name, credential: Credential(key))
        do throws(VendorAddressError) {
            settings.streamingAddress = try VendorAddress.webSocket(given ?? live.address, standard: live.address)
            settings.address = try vendor.prerecorded.map { service throws(VendorAddressError) in
                try VendorAddress.http(given ?? service.address, standard: service.address)
            }
        } catch {
            throw .invalidURL(url ?? error.text)
        }
        let engine = LiveEngine(name: vendor.name, capabilities: live.capabilities, access: .vendor(live, settings))
        self.init(engine, prerecorded: vendor.prerecorded.map { .vendor($0, settings) }, options: options)
    }

    /// Features that all engines of live audio have, and languages that any of them has.
    var capabilities: Capabilities {
        let all = live.engines.map(\.capabilities)
        let hasVoices = live.voices != nil
        var common = Capabilities(streaming: true, prerecorded: !prerecorded.isEmpty, languages: .only([]), models: all.first?.models ?? [])
        for one in all {
            common.languages = common.languages.union(one.languages)
            common.interims = common.interims && one.interims
            common.wordTimes = common.wordTimes && one.wordTimes
        }
        common.speakers = hasVoices || all.allSatisfy(\.speakers)
        common.pace = all.compactMap(\.pace).min()
        common.sessionCap = all.compactMap(\.sessionCap).min()
        common.liveChanges = all.dropFirst().reduce(all.first?.liveChanges ?? []) { $0.intersection($1.liveChanges) }
        return common
    }

    func stream(_ options: TranscriptionOptions?) throws(KitError) -> SpeechStream {
        let runtime = try KitRuntime.start()
        let options = options ?? state.withLock { $0.options }
        var engines = live
        engines.repairers = try repairers.map { repairer throws(KitError) in try repairer.engine() }
        let stream = SpeechStream(engines: try engines.speaking(options.language), options: options, runtime: runtime)
        return state.withLock { state in
            state.streams.removeAll { $0.stream == nil }
            state.streams.append(Weak(stream: stream))
            return stream
        }
    }

    func recognize(file path: String, _ options: TranscriptionOptions?) async throws(KitError) -> Transcript {
        let options = options ?? state.withLock { $0.options }
        var failure = KitError.streamingOnly(name.rawValue)
        for engine in prerecorded {
            do throws(KitError) {
                return try await recognize(file: path, options, by: try engine.engine())
            } catch {
                failure = error
                if case .engine(let error) = error, !error.isEnginesOwn { break }
            }
        }
        throw failure
    }

    private func recognize(
        file path: String, _ options: TranscriptionOptions, by engine: any PrerecordedEngine
    ) async throws(KitError) -> Transcript {
        let start = Instant.now
        let tracer = try KitRuntime.start().tracer
        var trace = tracer?.begin(under: options.caller, at: start).map {
            RecordingTrace(route: nil, workload: options.recognitionOptions.workload, model: options.model, root: $0)
        }
        let result: Result<Transcript, EngineError>
        let recording = Recording(path: path), wanted = options.recognitionOptions
        do throws(EngineError) {
            result = .success(try await engine.recognize(recording, options: wanted) { _ in })
        } catch {
            result = .failure(error)
        }
        if trace != nil {
            let run = RecognitionAttempt(of: result, by: engine.name, from: start, to: .now)
            tracer?.take([trace?.ran(run), trace?.ended(run.error, now: run.end)].compactMap(\.self))
        }
        let transcript = try result.mapError { KitError.engine($0) }.get()
        return engine is any RecordingDiarizing ? transcript : await told(transcript, in: recording, wanted)
    }

    /// Returns the transcript with speakers, where they are wanted, the engine tells none, and an engine of this process can.
    private func told(_ transcript: Transcript, in recording: Recording, _ options: RecognitionOptions) async -> Transcript {
        guard options.diarize, transcript.lacksSpeakers else { return transcript }
        let models = prerecorded.lazy.compactMap { one in if case .inProcess(let own) = one { own as? any RecordingDiarizing } else { nil } }
        return (try? await models.first?.diarize(transcript, in: recording, options: options)) ?? transcript
    }

    func update(_ options: TranscriptionOptions) {
        let streams = state.withLock { state in
            state.options = options
            return state.streams.compactMap(\.stream)
        }
        for stream in streams { stream.update(options) }
    }
}
