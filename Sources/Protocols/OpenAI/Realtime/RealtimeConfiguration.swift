import Framing
package import Speech

/// The settings of a realtime session, as its client gave them.
///
/// Two shapes exist on the wire: the shape of the general release, with everything under `audio.input`, and the flat shape of the beta. Both carry
/// two types of sessions: transcriptions, and conversations, whose speech is transcribed too. Nothing here speaks, so the members of a conversation
/// that only matter to spoken answers are kept and sent back.
///
/// Source: OpenAI API reference, "Realtime", `session.update` and `transcription_session.update`.
package struct RealtimeConfiguration: Sendable, Equatable {
    package enum Shape: Sendable, Equatable { case general, beta }

    /// The type of the session that the client opened, by the vendor's names.
    package enum SessionType: String, Sendable, CaseIterable {
        case transcription
        case conversation = "realtime"
    }

    /// The vendor's names of audio formats.
    package enum Format: Sendable, Equatable {
        /// 16-bit little-endian samples, mono.
        case pcm(SampleRate)
        /// mu-law or A-law samples at 8 kHz.
        case mulaw, alaw

        package var rate: SampleRate { if case .pcm(let rate) = self { rate } else { .telephone } }

        package var bytesPerSample: Int { if case .pcm = self { 2 } else { 1 } }

        package var audio: AudioFormat {
            switch self {
            case .pcm(let rate): .linear16(rate)
            case .mulaw: .raw(.mulaw, .telephone, channels: 1)
            case .alaw: .raw(.alaw, .telephone, channels: 1)
            }
        }
    }

    /// The client's setting for turn detection.
    private enum Turns: Sendable, Equatable {
        case unsaid
        case said(RealtimeTurnDetection?)
    }

    package enum Noise: String, Sendable, CaseIterable {
        case nearField = "near_field"
        case farField = "far_field"
    }

    package struct Transcription: Sendable, Equatable {
        package var model: String?
        package var language: LanguageTag?
        /// The languages that the client lists, as it wrote them; empty: it gave no list.
        package var languages: [String] = []
        /// The languages that the session's is found among, where the client names several; empty: all.
        package var choice: [LanguageTag] = []
        /// The client's prompt, which is sent back. Its key terms are expected.
        package var prompt: String?
        package var keywords: [String] = []
        /// Latency that the client prefers, for the vendor's own engine; nil: not given.
        package var delay: Delay?

        package enum Delay: String, Sendable, CaseIterable { case minimal, low, medium, high, xhigh }

        /// The client's keywords, and the key terms of its prompt.
        package var keyterms: [String] {
            keywords + PromptTerms.terms(of: prompt).filter { !keywords.contains($0) }
        }

        package init(model: String? = nil) { self.model = model }

        /// Sets the language in place of one, or of several, that the client gave before.
        mutating func set(language: LanguageTag?) {
            self.language = language
            languages = []
            choice = []
        }
    }

    package static let usualRate = SampleRate(hertz: 24_000)
    static let logprobs = "item.input_audio_transcription.logprobs"
    private static let maxKeywords = 100
    static let maxLanguages = 10
    private static let transcriptionMembers: Set<String> = ["model", "language", "languages", "prompt", "keywords", "delay"]

    package var type = SessionType.transcription
    /// The members of a conversation that only matter to spoken answers.
    var answers = RealtimeAnswerMembers()
    package var format = Format.pcm(usualRate)
    package var transcription = Transcription()
    private var turns = Turns.unsaid
    package var noise: Noise?
    package var includesLogprobs = false

    package init() {}

    /// Turn detection of the session; nil: the client commits turns, as the models for live speech expect.
    package var turnDetection: RealtimeTurnDetection? {
        switch turns {
        case .unsaid: isLive ? nil : .usual
        case .said(let turns): turns
        }
    }

    /// Turn detection that ends turns; nil: only the client's commits do. A threshold of 1 is above any probability of speech, so that no turn is detected.
    package var endingDetection: RealtimeTurnDetection? {
        if case .server(1, _, _)? = turnDetection { nil } else { turnDetection }
    }

    /// True if deltas are sent while speech goes on. All of the vendor's models do so, except the oldest one, which sends the whole text at once.
    package var streamsDeltas: Bool { transcription.model?.hasPrefix("whisper-") != true }

    /// True if deltas are sent even before the client's commit.
    package var isLive: Bool { transcription.model.map { $0.hasPrefix("gpt-live-") || $0.hasPrefix("gpt-realtime-") } ?? false }

    // MARK: Reading

    /// Applies the settings that a client gave. An absent setting keeps its value; `null` clears it. Both shapes are accepted from every client.
    ///
    /// - Parameters:
    ///   - others: names of members that are read elsewhere.
    ///   - knows: returns true if a client may ask for the model of this name.
    mutating func update(_ session: JSONView, besides others: Set<String> = [], knows: (String) -> Bool) throws(RealtimeError) {
        guard session.isObject else { throw .invalid("session", "session must be an object.") }
        let kind = session["type"]
        if kind.exists, !kind.isNull {
            guard let named = kind.string.flatMap(SessionType.init) else {
                throw .invalid("session.type", "type must be realtime or transcription: other sessions are not served here.")
            }
            type = named
        }
        try Self.check(session, "session", besides: Self.members.union(others).union(answerMembers))
        try Self.check(session["audio"], "session.audio", besides: type == .conversation ? ["input", "output"] : ["input"])
        try answers.update(session)
        let input = session["audio"]["input"]
        try Self.check(input, "session.audio.input", besides: Self.inputMembers)
        try updateFormat(input["format"], "session.audio.input.format")
        try updateFormat(session["input_audio_format"], "session.input_audio_format")
        try updateTranscription(input["transcription"], "session.audio.input.transcription", knows)
        try updateTranscription(session["input_audio_transcription"], "session.input_audio_transcription", knows)
        try updateTurns(input["turn_detection"], "session.audio.input.turn_detection")
        try updateTurns(session["turn_detection"], "session.turn_detection")
        try updateNoise(input["noise_reduction"], "session.audio.input.noise_reduction")
        try updateNoise(session["input_audio_noise_reduction"], "session.input_audio_noise_reduction")
        try updateInclude(session["include"])
    }

    /// Members of a session in both shapes. The last line has members of the vendor's own session object, which some clients send back.
    private static let members: Set<String> = [
        "type", "audio", "include", "input_audio_format", "input_audio_transcription", "input_audio_noise_reduction", "turn_detection",
        "id", "object", "expires_at", "client_secret", "modalities",
    ]
    private static let inputMembers: Set<String> = ["format", "transcription", "turn_detection", "noise_reduction"]

    private var answerMembers: Set<String> { type == .conversation ? RealtimeAnswerMembers.names : [] }

    /// Checks that an object has no members but the known ones. An absent value and `null` have none.
    ///
    /// - Parameter path: the names of the object and of those around it; nil: the body of a request.
    static func check(_ view: JSONView, _ path: String?, besides known: Set<String>) throws(RealtimeError) {
        guard view.exists, !view.isNull else { return }
        guard view.isObject else { throw .invalid(path ?? "", "\(path ?? "The body") must be an object.") }
        try view.forEachMember { name, _ throws(RealtimeError) in
            guard known.contains(name) else { throw .unknown("\(path.map { $0 + "." } ?? "")\(name.prefix(bytes: 64))") }
        }
    }

    private mutating func updateFormat(_ view: JSONView, _ path: String) throws(RealtimeError) {
        guard view.exists else { return }
        guard !view.isNull else {
            format = .pcm(Self.usualRate)
            return
        }
        if view.isObject { try Self.check(view, path, besides: ["type", "rate"]) }
        let name = view["type"].string ?? (view.isObject && !view["type"].exists ? format.name : view.string ?? "")
        switch name {
        case "audio/pcm": format = .pcm(try Self.rate(view["rate"], path, or: format))
        // An object may have a rate under the beta's name too.
        case "pcm16": format = .pcm(try view.isObject ? Self.rate(view["rate"], path, or: format) : Self.usualRate)
        case "audio/pcmu", "g711_ulaw":
            try Self.checkTelephone(view["rate"], path)
            format = .mulaw
        case "audio/pcma", "g711_alaw":
            try Self.checkTelephone(view["rate"], path)
            format = .alaw
        default: throw .invalid(path, "The format must be audio/pcm, audio/pcmu or audio/pcma (pcm16, g711_ulaw or g711_alaw in the beta).")
        }
    }

    /// Returns the rate of an update of the format; an absent rate keeps the one of the present samples.
    private static func rate(_ view: JSONView, _ path: String, or present: Format) throws(RealtimeError) -> SampleRate {
        guard view.exists else { return if case .pcm(let rate) = present { rate } else { usualRate } }
        guard !view.isNull else { return usualRate }
        let accepted = SampleRate.accepted
        guard let hertz = view.int, accepted.contains(SampleRate(hertz: hertz)) else {
            throw .invalid(path + ".rate", "rate must be a whole number from \(accepted.lowerBound.hertz) to \(accepted.upperBound.hertz).")
        }
        return SampleRate(hertz: hertz)
    }

    private static func checkTelephone(_ rate: JSONView, _ path: String) throws(RealtimeError) {
        guard !rate.exists || rate.isNull || rate.int == SampleRate.telephone.hertz else {
            throw .invalid(path + ".rate", "This format always has \(SampleRate.telephone.hertz) samples a second.")
        }
    }

    private mutating func updateTranscription(_ view: JSONView, _ path: String, _ knows: (String) -> Bool) throws(RealtimeError) {
        guard view.exists else { return }
        if view.isNull {
            transcription = Transcription()
            return
        }
        guard view.isObject else { throw .invalid(path, "\(path) must be an object or null.") }
        try Self.check(view, path, besides: Self.transcriptionMembers)
        let model = view["model"]
        if model.exists {
            guard model.isNull || model.string != nil else { throw .invalid(path + ".model", "model must be a string.") }
            if let name = model.string, !knows(name) {
                throw RealtimeError(
                    "The model `\(name.prefix(bytes: 80))` does not exist or you do not have access to it.", code: "model_not_found",
                    parameter: path + ".model")
            }
            transcription.model = model.string
        }
        let language = view["language"]
        if language.exists {
            guard language.isNull || language.string != nil else { throw .invalid(path + ".language", "language must be a string.") }
            do throws(LanguageFault) {
                let named = try LanguageParameter.openAIRealtime.read(language.string, as: path + ".language")?.tag
                // The list is a setting of its own: it stays where only the language is cleared.
                if named != nil || transcription.languages.isEmpty { transcription.set(language: named) }
            } catch {
                throw .invalid(error.parameter, error.message)
            }
        }
        // Newer clients send a list: one tag is the language, among several tags the engine finds the language.
        let languages = view["languages"]
        if languages.exists {
            let names = languages.isNull ? [] : try Self.strings(languages, path + ".languages", most: Self.maxLanguages)
            do throws(LanguageFault) {
                let named = try LanguageParameter.openAIRealtime.read(names, as: path + ".languages")
                // A list that is cleared takes its languages with it, and no language that the client named alone.
                if !names.isEmpty || !transcription.languages.isEmpty { transcription.set(language: named) }
                transcription.languages = names
                transcription.choice = try names.count > 1 ? LanguageParameter.openAIRealtime.choice(names, as: path + ".languages") : []
            } catch {
                throw .invalid(error.parameter, error.message)
            }
        }
        let prompt = view["prompt"]
        if prompt.exists {
            guard prompt.isNull || prompt.string != nil else { throw .invalid(path + ".prompt", "prompt must be a string.") }
            transcription.prompt = prompt.string
        }
        let keywords = view["keywords"]
        if keywords.exists {
            transcription.keywords = keywords.isNull ? [] : try Self.strings(keywords, path + ".keywords", most: Self.maxKeywords)
        }
        let delay = view["delay"]
        if delay.exists {
            let known = delay.string.flatMap(Transcription.Delay.init)
            guard delay.isNull || known != nil else {
                let names = Transcription.Delay.allCases.map(\.rawValue).joined(separator: ", ")
                throw .invalid(path + ".delay", "delay must be one of \(names).")
            }
            transcription.delay = known
        }
    }

    private static func strings(_ list: JSONView, _ path: String, most: Int) throws(RealtimeError) -> [String] {
        guard list.count <= most, let strings = list.strings else {
            throw .invalid(path, "\(path) must be a list of at most \(most) strings.")
        }
        return strings
    }

    private mutating func updateTurns(_ view: JSONView, _ path: String) throws(RealtimeError) {
        guard view.exists else { return }
        turns = .said(view.isNull ? nil : try RealtimeTurnDetection(view, path: path, old: turnDetection))
    }

    private mutating func updateNoise(_ view: JSONView, _ path: String) throws(RealtimeError) {
        guard view.exists else { return }
        guard !view.isNull else {
            noise = nil
            return
        }
        try Self.check(view, path, besides: ["type"])
        // An object without its only member changes nothing.
        if noise != nil, !view["type"].exists { return }
        guard let known = view["type"].string.flatMap(Noise.init) else { throw .invalid(path + ".type", "type must be near_field or far_field.") }
        noise = known
    }

    private mutating func updateInclude(_ view: JSONView) throws(RealtimeError) {
        guard view.exists else { return }
        guard view.isNull || view.isArray else { throw .invalid("session.include", "include must be a list or null.") }
        includesLogprobs = false
        for index in 0..<view.count {
            guard let name = view[index].string, name == Self.logprobs else {
                throw .invalid("session.include", "include may name \(Self.logprobs) only.")
            }
            includesLogprobs = true
        }
    }

    /// Returns the settings to which a temporary key is bound, as `RealtimeSecretRequest.settings` wrote them, and their shape; nil: the key has no
    /// settings.
    static func bound(_ settings: [UInt8]) -> (RealtimeConfiguration, Shape)? {
        guard !settings.isEmpty, let document = try? JSONDocument(parsing: settings, sizeLimit: 1 << 20, depthLimit: 16) else { return nil }
        var configuration = RealtimeConfiguration()
        // The settings were checked when the key was made.
        guard (try? configuration.update(document.root, knows: { _ in true })) != nil else { return nil }
        return (configuration, document.root["audio"].exists ? .general : .beta)
    }

    // MARK: Writing

    /// Writes the members of a session object that carry its settings.
    func write(members shape: Shape, to json: inout JSONWriter) {
        if type == .conversation { answers.write(to: &json) }
        json.key("include")
        if includesLogprobs {
            json.beginArray()
            json.value(Self.logprobs)
            json.endArray()
        } else {
            json.null()
        }
        switch shape {
        case .general:
            json.key("audio")
            json.beginObject()
            json.key("input")
            json.beginObject()
            json.key("format")
            writeFormat(to: &json)
            json.key("noise_reduction")
            writeNoise(to: &json)
            json.key("transcription")
            writeTranscription(to: &json)
            json.key("turn_detection")
            writeTurns(to: &json)
            json.endObject()
            if type == .conversation { answers.writeOutput(to: &json) }
            json.endObject()
        case .beta:
            switch format {
            case .pcm(let rate) where rate != Self.usualRate:
                // The bare name stands for the usual rate.
                json.key("input_audio_format")
                json.beginObject()
                json.member("type", literal: "pcm16")
                json.member("rate", rate.hertz)
                json.endObject()
            case .pcm: json.member("input_audio_format", literal: "pcm16")
            case .mulaw: json.member("input_audio_format", literal: "g711_ulaw")
            case .alaw: json.member("input_audio_format", literal: "g711_alaw")
            }
            json.key("input_audio_noise_reduction")
            writeNoise(to: &json)
            json.key("input_audio_transcription")
            writeTranscription(to: &json)
            json.key("turn_detection")
            writeTurns(to: &json)
        }
    }

    private func writeFormat(to json: inout JSONWriter) {
        json.beginObject()
        json.member("type", format.name)
        if case .pcm(let rate) = format { json.member("rate", rate.hertz) }
        json.endObject()
    }

    private func writeNoise(to json: inout JSONWriter) {
        guard let noise else { return json.null() }
        json.beginObject()
        json.member("type", noise.rawValue)
        json.endObject()
    }

    private func writeTurns(to json: inout JSONWriter) {
        if let turnDetection { turnDetection.write(inConversation: type == .conversation, to: &json) } else { json.null() }
    }

    private func writeTranscription(to json: inout JSONWriter) {
        guard transcription != Transcription() else { return json.null() }
        json.beginObject()
        if let model = transcription.model { json.member("model", model) }
        json.key("language")
        if let language = transcription.language { json.value(language.isMulti ? "auto" : language.rawValue) } else { json.null() }
        if !transcription.languages.isEmpty {
            json.key("languages")
            json.array(transcription.languages)
        }
        json.key("prompt")
        if let prompt = transcription.prompt { json.value(prompt) } else { json.null() }
        if !transcription.keywords.isEmpty {
            json.key("keywords")
            json.array(transcription.keywords)
        }
        if let delay = transcription.delay { json.member("delay", delay.rawValue) }
        json.endObject()
    }
}

extension RealtimeConfiguration.Format {
    /// The name in the shape of the general release.
    fileprivate var name: String {
        switch self {
        case .pcm: "audio/pcm"
        case .mulaw: "audio/pcmu"
        case .alaw: "audio/pcma"
        }
    }
}

extension RealtimeConfiguration {
    /// Silence after which text becomes final. Does not matter to clients that commit turns themselves: each commit gives them the text that is
    /// there.
    var endpointing: Duration {
        switch endingDetection {
        case .server(_, _, let silence): max(silence, RealtimeTurnDetection.leastSilence)
        case .semantic, nil: .milliseconds(500)
        }
    }

    var turn: TurnRule {
        switch endingDetection {
        case .semantic(let eagerness): TurnRule(maximumSilence: eagerness.patience)
        case .server(let threshold, _, _): TurnRule(voice: RealtimeTurnDetection.isUsual(threshold: threshold) ? nil : Float(threshold))
        case nil: TurnRule()
        }
    }

    var request: LiveRequest {
        var request = LiveRequest(
            format: format.audio, language: transcription.language, model: transcription.model, endpointing: endpointing, turn: turn,
            keyterms: transcription.keyterms)
        request.vendorOptions = vendorOptions
        request.shared = shared
        return request
    }

    private var shared: SharedOptions {
        var shared = SharedOptions(prompt: transcription.prompt)
        shared.languages = transcription.choice
        return shared
    }

    /// The settings that go to OpenAI's own engine as the client wrote them, and those of turns, which Harken asks for in each engine's own words.
    private var vendorOptions: VendorOptions {
        var options = VendorOptions(OpenAIOptions.vendor)
        func add(_ name: String, isCovered: Bool = false, _ value: (inout JSONWriter) -> Void) {
            var json = JSONWriter()
            value(&json)
            guard var option = OpenAIOptions.table.option(name, .json(json.text), .live) else { return }
            if isCovered { option.reading = .full }
            options.options.append(option)
        }
        if let prompt = transcription.prompt {
            // The key terms of a prompt reach every engine.
            add("prompt", isCovered: !PromptTerms.terms(of: prompt).isEmpty) { $0.value(prompt) }
        }
        if !transcription.keywords.isEmpty { add("keywords") { $0.array(transcription.keywords) } }
        if let delay = transcription.delay { add("delay") { $0.value(delay.rawValue) } }
        if noise != nil { add("noise_reduction") { writeNoise(to: &$0) } }
        for member in turnDetection?.ofEngines ?? [] { add(member.name) { $0.value(raw: Array(member.value.utf8)) } }
        return options
    }

    /// Returns the settings that are in force where an engine ignores some of them.
    ///
    /// - Parameters:
    ///   - names: the ignored settings, as `vendorOptions` names them.
    ///   - engine: the engine that serves the session; nil: not known.
    func without(_ names: Set<String>, by engine: TurnPart.Engine?) -> RealtimeConfiguration {
        var rest = self
        if names.contains("noise_reduction") { rest.noise = nil }
        if names.contains("delay") { rest.transcription.delay = nil }
        if names.contains("prompt") { rest.transcription.prompt = nil }
        if names.contains("keywords") { rest.transcription.keywords = [] }
        if names.contains(IgnoredOptions.foundLanguage), rest.transcription.language?.isMulti ?? true { rest.transcription.set(language: .english) }
        if case .said(let detection?) = turns { rest.turns = .said(detection.without(names, by: engine)) }
        return rest
    }

    /// Returns the changes that an update makes in a running session; nil when nothing changes there.
    func change(from old: RealtimeConfiguration) -> StreamChange? {
        var change = StreamChange()
        // A setting that was cleared leaves the choice to the engine: it finds the language, as at the vendor, and has no model of an empty name.
        if transcription.language != old.transcription.language { change.language = transcription.language ?? .multi }
        if transcription.model != old.transcription.model { change.model = transcription.model ?? "" }
        if endpointing != old.endpointing { change.endpointing = endpointing }
        if turn != old.turn { change.turn = turn }
        if transcription.keyterms != old.transcription.keyterms { change.keyterms = transcription.keyterms }
        if transcription.prompt != old.transcription.prompt || transcription.choice != old.transcription.choice { change.shared = shared }
        let present = vendorOptions.options, before = old.vendorOptions.options
        let changed = present.filter { !before.contains($0) }, gone = before.filter { !present.contains($0) }
        if !changed.isEmpty || !gone.isEmpty { change.vendor = VendorChange(changed, replacing: Set(gone.map(\.name))) }
        return change.isEmpty ? nil : change
    }
}
