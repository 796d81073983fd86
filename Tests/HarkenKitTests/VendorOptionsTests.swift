import Framing
import Protocols
import Speech
import Testing

@testable import HarkenKit

/// Options as LiveKit's and Pipecat's services of AssemblyAI have them, and Deepgram's SDK: what a stream with them says to the vendor.
@Suite struct `Options of a program's stream` {
    private func query(_ vendor: String, _ change: (inout TranscriptionOptions) -> Void) throws -> URLQuery {
        var options = TranscriptionOptions()
        change(&options)
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == vendor }?.live)
        return try URLQuery(parsing: service.connect(options.streamOptions, Credential("k")).connection.target.split(separator: "?", maxSplits: 1)[1])
    }

    @Test func `that have a property are on AssemblyAI's wire`() throws {
        let sent = try query("assemblyai") { options in
            options.sampleRate = SampleRate(hertz: 8_000)
            options.model = "universal-3-6-pro"
            options.language = LanguageTag("multi")
            options.endOfTurnConfidence = 0.5
            options.minimumTurnSilence = .milliseconds(160)
            options.maximumTurnSilence = .milliseconds(900)
            options.keyterms = ["Harken"]
            options.tellsSpeakersApart = true
        }
        #expect(sent.first("sample_rate") == "8000" && sent.first("encoding") == "pcm_s16le" && sent.first("speech_model") == "universal-3-6-pro")
        #expect(sent.first("end_of_turn_confidence_threshold") == "0.5" && sent.first("min_turn_silence") == "160")
        #expect(sent.first("max_turn_silence") == "900" && sent.first("keyterms_prompt") == #"["Harken"]"#)
        #expect(sent.first("speaker_labels") == "true" && sent.first("language_detection") == "true")
        let formatted = try query("assemblyai") { $0.formattedTurns = true }
        #expect(formatted.first("format_turns") == "true")
    }

    @Test(
        arguments: [
            ("prompt", "A call.", "A call."), ("inactivity_timeout", 60, "60"), ("vad_threshold", 0.3, "0.3"), ("max_speakers", 2, "2"),
            ("domain", "medical-v1", "medical-v1"), ("filter_profanity", true, "true"), ("redact_pii", true, "true"),
            ("redact_pii_policies", ["person_name"], #"["person_name"]"#), ("language_codes", ["en", "es"], #"["en","es"]"#),
            ("agent_context", "Hello?", "Hello?"), ("previous_context_n_turns", 3, "3"), ("continuous_partials", true, "true"),
            ("interruption_delay", 250, "250"), ("voice_focus", "near-field", "near-field"), ("mode", "min_latency", "min_latency"),
            ("something_new", ["a": [1, nil]], #"{"a":[1,null]}"#),
        ] as [(String, JSON, String)])
    func `that have none are on AssemblyAI's wire as they are`(name: String, value: JSON, expected: String) throws {
        #expect(try query("assemblyai") { $0.vendorOptions = [name: value] }.all(name) == [expected])
    }

    @Test(
        arguments: [
            ("profanity_filter", true, ["true"]), ("redact", ["pci", "ssn"], ["pci", "ssn"]), ("search", ["a", "b"], ["a", "b"]),
            ("filler_words", true, ["true"]), ("smart_format", false, ["false"]), ("endpointing", 25, ["25"]), ("tag", "team", ["team"]),
            ("mip_opt_out", true, ["true"]), ("numerals", true, ["true"]), ("dictation", true, ["true"]), ("replace", ["a:b"], ["a:b"]),
            ("utterance_end_ms", 1_500, ["1500"]), ("detect_entities", true, ["true"]), ("version", "latest", ["latest"]),
        ] as [(String, JSON, [String])])
    func `that have none are on Deepgram's wire as they are`(name: String, value: JSON, expected: [String]) throws {
        #expect(try query("deepgram") { $0.vendorOptions = [name: value] }.all(name) == expected)
    }

    @Test func `that describe the audio stay with the kit`() throws {
        let sent = try query("assemblyai") { $0.vendorOptions = ["sample_rate": 48_000, "encoding": "opus", "token": "t"] }
        #expect(sent.all("sample_rate") == ["16000"] && sent.all("encoding") == ["pcm_s16le"] && sent.all("token") == [])
    }

    @Test func `reach recordings too`() throws {
        var options = TranscriptionOptions()
        options.vendorOptions = ["summarize": "v2", "topics": true]
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == "deepgram" }?.prerecorded)
        var machine = service.recognize(PrerecordedOrder(options.recognitionOptions, credential: Credential("k")))
        guard case .request(let request) = machine.start() else {
            Issue.record("no request")
            return
        }
        #expect(request.target.hasSuffix("&summarize=v2&topics=true"))
    }
}
