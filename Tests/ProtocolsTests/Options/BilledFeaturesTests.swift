import Protocols
import Speech
import Testing

@Suite struct `The features that a vendor bills apart` {
    /// What a client asks for in its query or its order, and what the vendor bills apart.
    struct Asked: Sendable, CustomTestStringConvertible {
        var text: String
        var features: Set<BilledFeature>
        var testDescription: String { text }

        init(_ text: String, _ features: Set<BilledFeature>) {
            self.text = text
            self.features = features
        }
    }

    private static let deepgram = EngineName("deepgram"), assemblyAI = EngineName("assemblyai")
    private static let live = "encoding=linear16&sample_rate=16000"

    @Test(arguments: [
        Asked("model=nova-3", []), Asked("keyterm=Harken", [.terms]), Asked("redact=pci&redact=numbers&language=en", [.redaction]),
        Asked("detect_entities=true", [.entities]),
        Asked("diarize=true", [.speakers]), Asked("diarize=false&detect_entities=false", []), Asked("language=multi", [.multilingual]),
        Asked("model=nova-2&keywords=Harken", []), Asked("keyterm=Harken&redact=pci&language=en&diarize=true", [.terms, .redaction, .speakers]),
    ])
    func `are those that Deepgram's stream was asked for by name`(asked: Asked) throws {
        let options = try VendorRequests.liveOptions("/v1/listen?\(Self.live)&\(asked.text)")
        #expect(Catalogue.billedFeatures(of: options, by: Self.deepgram) == asked.features)
    }

    @Test func `are those that a turn-based stream was asked for by name`() throws {
        let options = try VendorRequests.liveOptions("/v2/listen?\(Self.live)&model=flux-general-en&keyterm=Harken")
        #expect(Catalogue.billedFeatures(of: options, by: Self.deepgram) == [.terms])
    }

    @Test(arguments: [
        Asked("summarize=v2", [.summary]), Asked("topics=true&intents=true&sentiment=true", [.topics, .intents, .sentiment]),
        Asked("summarize=false", []),
        Asked("redact=pci&keyterm=a&detect_entities=true&language=en", [.redaction, .terms, .entities]), Asked("diarize_model=latest", [.speakers]),
    ])
    func `are those that Deepgram's recording was asked for by name`(asked: Asked) throws {
        #expect(Catalogue.billedFeatures(of: try VendorRequests.deepgramRecorded(asked.text), by: Self.deepgram) == asked.features)
    }

    @Test(arguments: [
        Asked("", []), Asked(#""sentiment_analysis":true,"entity_detection":false"#, [.sentiment]), Asked(#""iab_categories":true"#, [.topics]),
        Asked(#""summarization":true,"auto_highlights":true,"content_safety":true"#, [.summary, .highlights, .moderation]),
        Asked(#""auto_chapters":true,"entity_detection":true"#, [.chapters, .entities]), Asked(#""domain":"medical-v1""#, [.medical]),
        Asked(#""redact_pii":true,"redact_pii_policies":["person_name"]"#, [.redaction]), Asked(#""filter_profanity":true"#, [.profanity]),
        Asked(#""keyterms_prompt":["Harken"],"speaker_labels":true"#, [.terms, .speakers]), Asked(#""word_boost":["Harken"]"#, []),
        Asked(#""speech_understanding":{"request":{"translation":{"target_languages":["es"]}}}"#, [.understanding]),
    ])
    func `are those that AssemblyAI's order has`(asked: Asked) throws {
        #expect(Catalogue.billedFeatures(of: try VendorRequests.assemblyAIRecorded(asked.text), by: Self.assemblyAI) == asked.features)
    }

    @Test(arguments: [
        Asked("domain=medical-v1", [.medical]), Asked("redact_pii=true&redact_pii_policies=%5B%22person_name%22%5D", [.redaction]),
        Asked("redact_pii=false", []),
        Asked("keyterms_prompt=%5B%22Harken%22%5D&speaker_labels=true", [.terms, .speakers]), Asked("filter_profanity=true", [.profanity]),
        Asked("keyterms_prompt=%5B%5D", []),
    ])
    func `are those that AssemblyAI's stream was asked for by name`(asked: Asked) throws {
        let options = try VendorRequests.liveOptions("/v3/ws?sample_rate=16000&encoding=pcm_s16le&\(asked.text)")
        #expect(Catalogue.billedFeatures(of: options, by: Self.assemblyAI) == asked.features)
    }

    @Test func `are those that another protocol's client makes Harken ask for`() {
        var stream = StreamOptions(rate: .speech, language: .english, keyterms: ["Harken"], diarize: true)
        stream.redaction = RedactionRule([.cardNumber])
        #expect(Catalogue.billedFeatures(of: stream, by: Self.deepgram) == [.terms, .speakers, .redaction])
        // A stream of AssemblyAI is redacted by Harken, and not by the vendor.
        #expect(Catalogue.billedFeatures(of: stream, by: Self.assemblyAI) == [.terms, .speakers])
        var recording = RecognitionOptions(language: .english, diarize: true, keyterms: ["Harken"])
        recording.redaction = RedactionRule([.cardNumber])
        for vendor in [Self.deepgram, Self.assemblyAI] {
            #expect(Catalogue.billedFeatures(of: recording, by: vendor) == [.terms, .speakers, .redaction])
        }
    }

    @Test func `are not those that only another vendor is sent`() throws {
        let stream = try VendorRequests.liveOptions("/v1/listen?\(Self.live)&detect_entities=true")
        #expect(Catalogue.billedFeatures(of: stream, by: Self.assemblyAI) == [])
        let order = try VendorRequests.assemblyAIRecorded(#""sentiment_analysis":true,"domain":"medical-v1""#)
        #expect(Catalogue.billedFeatures(of: order, by: Self.deepgram) == [])
    }

    @Test func `are not those that an operator's redaction holds back`() throws {
        var options = try VendorRequests.deepgramRecorded("summarize=v2&detect_entities=true&language=en")
        options.vendorOptions?.allowsAnswers = false
        options.redaction = RedactionRule([.cardNumber])
        #expect(Catalogue.billedFeatures(of: options, by: Self.deepgram) == [.redaction])
    }

    @Test func `are not the words of Deepgram's older models, whose terms cost nothing`() {
        let options = StreamOptions(rate: .speech, language: .english, model: "nova-2", keyterms: ["Harken"])
        #expect(Catalogue.billedFeatures(of: options, by: Self.deepgram) == [])
    }
}
