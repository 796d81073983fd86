import Foundation
import Framing
import Protocols
import Speech
import Testing

/// No member that a client may send is accepted and dropped: its outcome is seen, and is the effect that docs/options.md promises.
@Suite struct `What clients send` {
    /// Tests that show the effect of members which leave no trace in a short session.
    private static let shown = [
        "Deepgram, live `/v1/listen`/no_delay": "never waits for the rest of a number",
        "Speechmatics, live/max_delay": "sends ahead what will not change",
        // Words are sent when the delay is over, whatever they are: the fixed mode.
        "Speechmatics, live/max_delay_mode": "sends ahead what will not change",
        "Speechmatics/max_delay": "sends ahead what will not change",
        "Speechmatics/max_delay_mode": "sends ahead what will not change",
        // A list of languages beside a language that is named has no effect.
        "AssemblyAI, recorded/language_detection_options": "are those of AssemblyAI's list, where no language is named",
        "OpenAI, recorded/known_speaker_names[]": "has speakers with the names of the client's references",
        "OpenAI, recorded/known_speaker_references[]": "has speakers with the names of the client's references",
    ]

    /// Tests that show the effect of a session's parts with the local engine. The model that ran is named in the answers.
    private static let local = [
        "language": "a live stream in a named language has Whisper's words",
        "expected languages": "is found among the likely ones, and elsewhere where the model plainly hears it",
        "interims": "shows words while speech goes on, and never asks for two interims at once",
        "askedEndpointing": "is quick when somebody waits for the words", "turn": "follows the client's rule of turns",
        "separateChannels": "channels are recognised apart when that is asked for",
        "diarize": "gives a word to the speaker at its middle, and a segment to each turn",
        "keyterms": "a term takes the place of its words, which it remembers",
    ]
    /// Tests that show the effect of an option of a recording with the local engine.
    private static let localRecorded = [
        "language": "a named language goes to Whisper", "isOfStream": "a gap of a live stream that named no language has it found",
        "languages": "speech is in the only language that it may be in",
        "keepsToLanguages": "is found among the likely ones, and elsewhere where the model plainly hears it",
        "separateChannels": "channels are recognised apart when that is asked for",
        "diarize": "gives a word to the speaker at its middle, and a segment to each turn",
        "keyterms": "a term takes the place of its words, which it remembers",
        "references": "names speakers by the client's reference voices",
    ]
    private static let seenOtherwise: Set<String> = [
        "format", "model", "redaction", "timesInterims", "workload", "credential", "conversation", "preferred engine", "resumed",
    ]

    private func check(_ outcome: MemberOutcome?, _ member: TriedMember) {
        let promise = member.route.effect(of: member.option, with: member.engine)
        guard let outcome else {
            let isShown = Self.shown[member.key] != nil && (promise == .harken || promise == .native)
            #expect(isShown, "\(member.option.name)=\(member.value) is dropped without a word")
            return
        }
        #expect(outcome.keeps(promise, isOwn: member.isOwn), "\(outcome.rawValue), where docs/options.md says \(promise.rawValue)")
    }

    @Test(arguments: TriedMember.all(.live))
    func `has an outcome in live sessions`(member: TriedMember) throws {
        let tried = try #require(try TriedOutcome.of(member))
        check(tried.outcome, member)
        guard member.engine == .local, tried.outcome == .carriedOut else { return }
        for part in tried.parts where !Self.seenOtherwise.contains(part) {
            #expect(Self.local[part] != nil, "no test shows that the local engine heeds \(part)")
        }
    }

    @Test(arguments: TriedMember.all(.recorded))
    func `has an outcome in recordings`(member: TriedMember) throws {
        let tried = try #require(try TriedOutcome.of(member))
        check(tried.outcome, member)
    }

    /// The names under which clients give a prompt or key terms.
    private static let hints: Set<String> = [
        "prompt", "context", "keyterms_prompt", "word_boost", "keyterm", "keywords", "keyterms", "additional_vocab",
    ]

    /// OpenAI's models differ: what the usual one is sent, the one that takes neither a prompt nor key terms may lack.
    @Test(arguments: TriedMember.all(.live).filter { $0.engine == OpenAIOptions.vendor })
    func `has an outcome in live sessions with a model that takes less`(member: TriedMember) throws {
        let model = "gpt-realtime-whisper"
        let usual = LiveTrace.usual(member.route).map { member.isOwn && $0.name == "model" ? (name: $0.name, value: "\"\(model)\"") : $0 }
        let requests = member.requests(usual)
        let base = try LiveTrace(member.route, requests.base), given = try LiveTrace(member.route, requests.given)
        let outcome = try given.outcome(of: member, beside: base, usual: model)
        if Self.hints.contains(member.option.name) { #expect(outcome == .named || outcome == .refused) }
        #expect(outcome != nil || Self.shown[member.key] != nil, "\(member.option.name)=\(member.value) is dropped without a word")
    }

    @Test(arguments: TriedMember.all(.recorded).filter { $0.engine == OpenAIOptions.vendor && !$0.isOwn })
    func `has an outcome in recordings with a model that takes less`(member: TriedMember) throws {
        let requests = member.requests(RecordedTrace.usual(member.route))
        let base = try RecordedTrace(member.route, requests.base, isNative: false)
        let given = try RecordedTrace(member.route, requests.given, isNative: false)
        let outcome = try given.outcome(of: member, beside: base, usual: "gpt-4o-transcribe-diarize")
        if Self.hints.contains(member.option.name) { #expect(outcome == .named || outcome == .refused) }
        #expect(outcome != nil || Self.shown[member.key] != nil, "\(member.option.name)=\(member.value) is dropped without a word")
    }

    @Test func `is shown for each option of recordings that the local engine heeds`() {
        let names = Mirror(reflecting: LocalRecordingOptions(RecognitionOptions())).children.compactMap(\.label)
        #expect(Set(names) == Set(Self.localRecorded.keys))
    }

    /// A trace that differs from itself would make every member one that is carried out.
    @Test(arguments: Catalogue.optionRoutes.map(\.title))
    func `leaves the same traces each time`(title: String) throws {
        let route = try #require(Catalogue.optionRoutes.first { $0.title == title })
        for member in TriedMember.all(route.service) where member.route.title == title && member.engine == .local {
            let requests = member.requests(route.service == .live ? LiveTrace.usual(route) : RecordedTrace.usual(route))
            for request in [requests.base, requests.given] {
                let differences =
                    switch route.service {
                    case .live: try LiveTrace(route, request).differences(from: LiveTrace(route, request))
                    case .recorded:
                        try RecordedTrace(route, request, isNative: true).differences(from: RecordedTrace(route, request, isNative: true))
                    }
                #expect(differences == [], "\(member.option.name)")
            }
        }
    }

    @Test(arguments: ChangedSetting.all)
    func `has an outcome when it changes in mid-stream`(given: ChangedSetting) throws {
        let (machine, before) = try given.session()
        let start = Instant.now
        var base = LiveScript(machine, at: start), changed = LiveScript(machine, at: start)
        changed.text(given.setting.example)
        // Messages are counted, so that both sessions have one more.
        base.text(given.neutral)
        // The answer to the message is no effect.
        changed.forget()
        base.forget()
        base.speak()
        changed.speak()
        var after = before
        for change in changed.changes { after.apply(change) }
        func plain(_ options: StreamOptions) -> StreamOptions {
            var options = options
            (options.vendorOptions, options.shared) = (nil, SharedOptions())
            return options
        }
        for engine in Catalogue.vendors.filter({ $0.live != nil }).map(\.name) + [.local] {
            let isOwn = engine == given.table.options.vendor, promise = given.table.effect(of: given.setting, with: engine)
            var isAsked = false
            if engine != .local { isAsked = try LiveTrace.sent(after, to: engine) != LiveTrace.sent(before, to: engine) }
            let seen: MemberOutcome?
            if LiveTrace.ignored(after, with: engine).contains(given.setting.option) {
                // A setting of turns for which the engine is asked has an effect, whatever the answer says.
                let isAboutTurns = given.table.options.entry(given.setting.option, .live)?.turns.isEmpty == false
                seen = isAsked && !isOwn && isAboutTurns ? .carriedOut : .named
            } else if isAsked {
                seen = isOwn ? .carriedThrough : .carriedOut
            } else if changed.said != base.said {
                seen = .carriedOut
            } else {
                // A vendor has to be asked for something else, unless it has no model of the new name.
                let isDone = engine == .local ? plain(after) != plain(before) : after.model != before.model
                seen = isDone ? .carriedOut : nil
            }
            if !isAsked, let capabilities = Catalogue.vendors.first(where: { $0.name == engine })?.live?.capabilities {
                for change in changed.changes {
                    #expect(
                        change.isInStream(of: engine, capabilities, from: before, to: after, now: start),
                        "\(engine) gets a new stream, and is asked for nothing new")
                }
            }
            guard let outcome = seen else {
                let isShown = Self.shown["\(given.table.title)/\(given.setting.name)"] != nil
                #expect(isShown, "\(given.setting.example) with \(engine) is dropped without a word")
                continue
            }
            #expect(outcome.keeps(promise, isOwn: isOwn), "\(engine): \(outcome.rawValue), where docs/options.md says \(promise.rawValue)")
        }
    }

    @Test func `never waits for the rest of a number`() throws {
        var conversation = try LiveConversation("encoding=linear16&sample_rate=16000&smart_format=true&no_delay=true")
        let said = conversation.event(commit("twenty", 0, 0.5, .pause))
        #expect(said.count == 1 && said[0].hasPrefix("final 0.0+0.5 “"))
    }

    private static let filtering = #"{"remove_disfluencies":true,"replacements":[{"from":"a","to":"b"}],"later":1}"#

    /// Objects of which others than the vendor read a part, and the paths that an engine ignores.
    static let objects: [(String, String, String, String, [String])] = [
        ("Soniox, live", "context", #"{"terms":["Harken"],"text":"A call.","general":[{"key":"a","value":"b"}]}"#, "openai", ["context.general"]),
        (
            "Soniox, live", "context", #"{"terms":["Harken"],"text":"A call.","general":[{"key":"a","value":"b"}]}"#, "local",
            ["context.text", "context.general"]
        ),
        ("Soniox, live", "context", #"{"terms":["Harken"],"text":"","general":[]}"#, "local", []),
        ("Soniox, live", "context", #"{"text":"A call.","general":[]}"#, "openai", []),
        ("Speechmatics, live", "punctuation_overrides", #"{"sensitivity":0.4}"#, "local", ["punctuation_overrides.sensitivity"]),
        ("Speechmatics, live", "additional_vocab", #"[{"content":"Harken","sounds_like":["harken"]}]"#, "local", ["additional_vocab.sounds_like"]),
        ("Speechmatics, live", "additional_vocab", #"[{"content":"Harken","sounds_like":[]}]"#, "local", []),
        (
            "Speechmatics, live", "speaker_diarization_config", #"{"max_speakers":3,"speaker_sensitivity":0.7,"prefer_current_speaker":false}"#,
            "assemblyai", ["speaker_diarization_config.speaker_sensitivity"]
        ),
        ("Speechmatics, live", "transcript_filtering_config", filtering, "deepgram", ["transcript_filtering_config.later"]),
        (
            "Speechmatics, live", "transcript_filtering_config", filtering, "local",
            ["transcript_filtering_config.remove_disfluencies", "transcript_filtering_config.later"]
        ),
        ("Speechmatics, Agent STT", "transcript_filtering_config", filtering, "deepgram", ["transcript_filtering_config.later"]),
        (
            "Speechmatics, Agent STT", "speaker_diarization_config", #"{"max_speakers":3,"speaker_sensitivity":0.7}"#, "assemblyai",
            ["speaker_diarization_config.speaker_sensitivity"]
        ),
    ]

    @Test(arguments: objects)
    func `is named by its path in an object that others read in part`(
        title: String, name: String, value: String, engine: String, paths: [String]
    ) throws {
        let route = try #require(Catalogue.optionRoutes.first { $0.title == title })
        let usual = LiveTrace.usual(route).filter { $0.name != name }
        let speakers = name.hasPrefix("speaker") ? [(name: "diarization", value: #""speaker""#)] : []
        let trace = try LiveTrace(route, usual + speakers + [(name: name, value: value)])
        #expect(trace.ignored(with: EngineName(engine)) == paths)
        #expect(trace.ignored(with: route.table.vendor) == [])
    }

    @Test(arguments: [(#"{"types":["laughter"]}"#, true), ("{}", false), ("false", false)])
    func `is named outside the configuration too, if it asks for something`(value: String, isNamed: Bool) throws {
        var entrance = try Entrance.speechmatics()
        let start = SpeechmaticsConversation.start("").dropLast() + #","audio_events_config":\#(value)}"#
        var conversation = try SpeechmaticsConversation()
        conversation.machine = try entrance.begin(String(start)).machine
        _ = conversation.run { $0.opened(LiveStart(rate: .speech, model: "m"), now: $1, output: &$2) }
        #expect(conversation.event(.ready).contains("warning unsupported_option") == isNamed)
        #expect(conversation.raw.contains { $0.contains("audio_events_config is ignored") } == isNamed)
    }

    @Test(arguments: [
        ("keyterm=a&diarize=true", "keyterm, diarize"), ("words=true&keyterm=a&vad_gate=enabled", "vad_gate"),
        ("words=true&ack=true&continues=s1", ""), ("words=true&continues=s1", "continues"),
        ("custom_stt=enabled&ack=true&continues=s1", "continues"), ("no_such=1&interims=false", "no_such"),
        ("channels=2&conversation_timeout=300&call_id=c", "conversation_timeout"), ("ticket=t&engine=local&language=de", ""),
    ])
    func `is named in the upgrade of a session that has no use for it`(query: String, names: String) throws {
        let handshake = try ListenServer.dialect.accept(HTTPRequestHead(.get, "/v4/listen?" + query), LiveConversation.context).get()
        #expect(handshake.headers[IgnoredOptions.header] ?? "" == names)
    }

    // MARK: The lists

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized

    @Test func `is shown by tests that there are`() throws {
        var names = Set(Self.shown.values).union(Self.local.values).union(Self.localRecorded.values).union(LiveTrace.ofHarken.values)
        let files = FileManager.default.enumerator(at: Self.root.appending(path: "Tests"), includingPropertiesForKeys: nil)
        while !names.isEmpty, let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift", let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
            names = names.filter { !text.contains("func `\($0)`") }
        }
        #expect(names.isEmpty)
    }

    /// A parser that reads a member which no table has would make a member without an outcome.
    @Test(arguments: [
        ("AssemblyAI/AssemblyAILiveOptions", "AssemblyAI, live"), ("AssemblyAI/AssemblyAIPrerecordedRequest", "AssemblyAI, recorded"),
        ("AssemblyAI/AssemblyAIPrerecordedFields", "AssemblyAI, recorded"), ("Deepgram/DeepgramLiveOptions", "Deepgram, live `/v1/listen`"),
        ("Deepgram/DeepgramParameters", "Deepgram, live `/v1/listen`"), ("Deepgram/DeepgramPrerecordedRequest", "Deepgram, recorded"),
        ("Deepgram/Flux/DeepgramFluxOptions", "Deepgram, live `/v2/listen`"), ("Soniox/SonioxConfiguration", "Soniox, live"),
        ("Soniox/SonioxPrerecordedRequest", "Soniox, recorded"), ("OpenAI/OpenAITranscriptionRequest", "OpenAI, recorded"),
        ("Managed/ManagedConfiguration", "Managed proxy, `/ws/transcribe`"), ("Listen/ListenOptions", "`/listen`"),
    ])
    func `is in a table if it is read`(file: String, title: String) throws {
        let route = try #require(Catalogue.optionRoutes.first { $0.title == title })
        // `url` is of the body that names a remote recording.
        let known = Set(route.options.map(\.name)).union(["track", "url"])
        let source = try String(contentsOf: Self.root.appending(path: "Sources/Protocols/\(file).swift"), encoding: .utf8)
        let reads = source.matches(
            of: #/(?:\.(?:text|flag|whole|number|list|choice|first|all|isEnabled|texts)\(|try (?:flag|whole|number|text|texts)\(|root\[)"([a-z_]+)"/#)
        #expect(!reads.isEmpty)
        for read in reads { #expect(known.contains(String(read.output.1)), "\(read.output.1) is read, and is in no table") }
    }
}
