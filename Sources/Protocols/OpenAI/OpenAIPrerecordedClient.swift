import Framing
import Speech

/// The client side of OpenAI's transcription API, which many servers offer: one form as the request, one answer.
///
/// Asks for words and segments with times. A server or model that has only text gets a second request, for text only. The transcript records when
/// words have no times of their own. Measures of segments, probabilities of words and of tokens are kept where the server says them.
///
/// A client that wants speakers from the model that tells them apart gets this model's segments, with the names of the client's references.
///
/// Source: OpenAI API reference, "Create transcription".
package struct OpenAIPrerecordedClient: PrerecordedClientMachine {
    private enum Detail { case words, segments, speakers, tokens, textOnly }

    private static let models = ["whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-transcribe-diarize"]

    private let order: PrerecordedOrder
    private let errors: VendorEngineErrors
    private var detail: Detail = .words

    package init(_ order: PrerecordedOrder) {
        self.order = order
        errors = VendorEngineErrors(vendor: "The OpenAI-compatible server", credential: order.credential, language: order.options.language)
    }

    package static let service = PrerecordedService(
        capabilities: Capabilities(
            streaming: false, prerecorded: true, languages: .only(LanguageTag.withEnglishNames), models: models, interims: false),
        address: "https://api.openai.com/v1", recognizesSegments: true,
        takes: { option, model in model.map { OpenAIPrerecordedClient.takes(option, $0) } ?? true }, recognize: { OpenAIPrerecordedClient($0) })

    /// Returns false if a model is sent nothing of an option.
    private static func takes(_ option: VendorOption, _ model: String) -> Bool {
        guard OpenAIModels.tellsSpeakers(model) else { return true }
        return switch option.handling {
        case .shared(.prompt), .session(.keyterms?): false
        case .gateway, .session, .shared, .own, .demanded, .refused: true
        }
    }

    /// Returns false if the model that hears the segments of a live session is sent nothing of an option.
    ///
    /// - Parameter usual: the model of the engine for clients that name none; nil: the vendor's usual one.
    static func takesForSegments(_ option: VendorOption, named: String?, usual: String?) -> Bool {
        let usual = usual == models[0] ? nil : usual
        return takes(
            option, OpenAIPrerecordedClient(PrerecordedOrder(RecognitionOptions(model: named), credential: Credential(""), model: usual)).model)
    }

    package mutating func start() -> PrerecordedStep {
        guard !order.options.separateChannels else { return .failed(.unavailable("An OpenAI-compatible server does not tell channels apart.")) }
        // A guess at words that are still being said comes sooner without their times.
        if isLive, !order.options.wordTimes { detail = .segments }
        if model.hasPrefix("gpt-") { detail = !isDiarizing ? .tokens : order.options.diarize ? .speakers : .textOnly }
        return request
    }

    package var askedModel: String? { model }

    /// True if the recording is a part of live audio.
    private var isLive: Bool { order.options.workload == .realtime }

    /// A server whose model the operator chose may not have the one that tells speakers apart.
    private var model: String {
        let known = order.model == nil ? Self.models : Self.models.filter { !OpenAIModels.tellsSpeakers($0) }
        return order.model(among: known, standard: nil) ?? Self.models[0]
    }

    /// True if the model tells speakers apart.
    private var isDiarizing: Bool { OpenAIModels.tellsSpeakers(model) }

    /// A server of the operator's own may want no key.
    private var headers: HTTPHeaders {
        order.credential.secret.isEmpty ? [:] : ["Authorization": "Bearer " + order.credential.secret]
    }

    private var request: PrerecordedStep {
        var fields: [VendorRequest.FormField] = [.init("model", model)]
        switch detail {
        case .words, .segments:
            fields.append(.init("response_format", "verbose_json"))
            if detail == .words { fields.append(.init("timestamp_granularities[]", "word")) }
            fields.append(.init("timestamp_granularities[]", "segment"))
        case .speakers: fields.append(.init("response_format", "diarized_json"))
        case .tokens: fields += [.init("response_format", "json"), .init("include[]", "logprobs")]
        case .textOnly: fields.append(.init("response_format", "json"))
        }
        let given = OpenAIOptions.table.sent(order.options.vendorOptions, .recorded)
        func has(_ names: String...) -> Bool { given.contains { names.contains($0.name) } }
        if let language = order.options.language, !language.isMulti, !has("language", "languages[]", "languages") {
            fields.append(.init("language", language.primary))
        }
        let shared = order.options.shared
        // The prompt is also the place for key terms. The model that tells speakers apart takes none.
        let prompt = ([shared.prompt].compactMap(\.self) + order.options.keyterms).joined(separator: ", ")
        if !prompt.isEmpty, !isDiarizing, !has("prompt", "keywords[]", "keywords") { fields.append(.init("prompt", prompt)) }
        if let temperature = shared.temperature, !has("temperature") { fields.append(.init("temperature", "\(temperature)")) }
        // The vendor wants the choice for recordings of more than 30 s.
        if isDiarizing, !given.contains(where: { $0.name.hasPrefix("chunking_strategy") }) {
            fields.append(.init("chunking_strategy", "auto"))
        }
        for option in given where option.name != "model" { fields += option.value.texts.map { .init(option.name, $0) } }
        return .request(
            VendorRequest(
                .post, "/audio/transcriptions", headers: headers,
                body: .form(fields, fileField: "file"), repetition: .ifNotActedOn, patience: .seconds(660), isOrder: true))
    }

    package mutating func answered(_ answer: VendorAnswer) -> PrerecordedStep {
        guard answer.isSuccess else { return rejected(answer) }
        guard let document = try? JSONDocument(parsing: answer.body, sizeLimit: 1 << 28), let text = document.root["text"].string else {
            return .failed(errors.violation("answers without a text"))
        }
        return .done(transcript(document.root, text: text))
    }

    private mutating func rejected(_ answer: VendorAnswer) -> PrerecordedStep {
        let said: String?, code: String?, parameter: String
        if let document = try? JSONDocument(parsing: answer.body, sizeLimit: 65_536) {
            let error = document.root["error"]
            (said, code, parameter) = (error["message"].string, error["code"].string, error["param"].string ?? "")
        } else {
            (said, code, parameter) = (nil, nil, "")
        }
        if answer.status == 429, code == "insufficient_quota" { return .failed(.quotaExhausted("OpenAI: the account's quota is used up.")) }
        let names = ["response_format", "timestamp_granularities", "include"]
        let isAboutDetail = names.contains { parameter.hasPrefix($0) } || ["response_format", "logprobs"].contains { said?.contains($0) == true }
        if answer.status == 400 || answer.status == 422, detail != .textOnly, isAboutDetail {
            detail = .textOnly
            return request
        }
        return .failed(errors.error(answer, said: said))
    }

    private func transcript(_ root: borrowing JSONView, text: String) -> Transcript {
        var words = RecordedWords()
        let timed = Self.timed(root["words"]), segments = Self.timed(root["segments"], textKey: "text")
        // In live audio, text in segments that the model marks as probably not speech is left out.
        if isLive, OpenAISegmentDoubt.isEmpty(root["segments"]) { return words.transcript(length: 0, language: .english, model: model) }
        let length = root["duration"].double ?? root["usage"]["seconds"].double ?? segments.last?.end
        if !timed.isEmpty {
            for word in Self.displayed(timed, in: text) { words.add(word.text, start: word.start, end: word.end, confidence: word.probability) }
        } else if detail == .speakers, !segments.isEmpty {
            addSpeakers(root["segments"], to: &words)
        } else if !segments.isEmpty {
            for segment in segments { words.add(estimated: segment.text, start: segment.start, end: segment.end) }
        } else {
            words.add(estimated: text, start: 0, end: length ?? 0)
        }
        words.keepBlanks(of: text)
        words.set(confidences: OpenAIToken.list(root["logprobs"]).confidences(of: words.texts))
        words.keep(Self.measured(root["segments"]), isSure: timed.contains { $0.probability != nil })
        let named = root["language"].string.map { LanguageTag.named($0) ?? LanguageTag.ofVendor($0) }
        return words.transcript(length: length, language: order.language(heard: named), model: model)
    }

    /// Adds the segments of a model that tells speakers apart. The speaker of a segment is a letter, or the name of one of the client's references.
    private func addSpeakers(_ list: borrowing JSONView, to words: inout RecordedWords) {
        let names = order.options.references.map(\.name)
        for index in 0..<list.count {
            let segment = list[index]
            guard let text = segment["text"].string, let start = segment["start"].double, let end = segment["end"].double else { continue }
            let said = segment["speaker"].string
            let speaker = words.speaker(said)
            if let speaker, let said, names.contains(said) { words.name(speaker, said) }
            words.add(estimated: text, start: start, end: end, speaker: speaker)
        }
    }

    /// Returns the server's measures of its segments; leaves out segments of which it says nothing.
    private static func measured(_ list: borrowing JSONView) -> [RecordedWords.Measured] {
        (0..<list.count).compactMap { index in
            let segment = list[index], tokens = segment["tokens"]
            guard let start = segment["start"].double, let end = segment["end"].double else { return nil }
            let measures = RecognizerMeasures(
                noSpeech: segment["no_speech_prob"].double, meanLogProbability: segment["avg_logprob"].double,
                compressionRatio: segment["compression_ratio"].double, temperature: segment["temperature"].double, seek: segment["seek"].int)
            guard measures != RecognizerMeasures() else { return nil }
            return RecordedWords.Measured(
                start: start, end: end, measures: measures, tokens: (0..<tokens.count).compactMap { tokens[$0].int })
        }
    }

    private struct Timed {
        var text: String
        var start: Double
        var end: Double
        /// Probability of the word, as servers that are made of faster-whisper say it; nil: not known.
        var probability: Double?
    }

    private static func timed(_ list: borrowing JSONView, textKey: String = "word") -> [Timed] {
        (0..<list.count).compactMap { index in
            let item = list[index]
            guard let text = item[textKey].string, let start = item["start"].double, let end = item["end"].double else { return nil }
            return Timed(text: text, start: start, end: end, probability: item["probability"].double)
        }
    }

    /// Returns the words as the whole text writes them: with the punctuation that the list of words lacks, and in one where the list has parts of a
    /// word (`post`, `-mortem`). Returns the words unchanged when the two do not agree.
    private static func displayed(_ words: [Timed], in text: String) -> [Timed] {
        whole(words, in: text) ?? within(words, in: text) ?? words
    }

    /// The letters and digits of a text, by which the list of words and the text are compared.
    private static func core(_ text: some StringProtocol) -> String { String(text.lowercased().filter { $0.isLetter || $0.isNumber }) }

    /// Returns the words where several of them have no blank between them, as in Japanese; nil when list and text do not agree.
    private static func within(_ words: [Timed], in text: String) -> [Timed]? {
        guard text.contains(where: UnspacedScript.contains) else { return nil }
        var shown: [Timed] = [], rest = text[...]
        for var word in words {
            let wanted = core(word.text)
            guard !wanted.isEmpty else { continue }
            rest = rest.drop { $0.isWhitespace }
            var end = rest.startIndex, spelled = ""
            while spelled.count < wanted.count, end < rest.endIndex {
                spelled += core(String(rest[end]))
                end = rest.index(after: end)
            }
            guard spelled == wanted else { return nil }
            // Marks behind a word belong to the word, except those that open the next one.
            while end < rest.endIndex, !rest[end].isWhitespace, !rest[end].isLetter, !rest[end].isNumber,
                !LineBreaks.isAllowed(rest[rest.index(before: end)], rest[end])
            {
                end = rest.index(after: end)
            }
            word.text = String(rest[..<end])
            shown.append(word)
            rest = rest[end...]
        }
        return core(rest).isEmpty ? shown : nil
    }

    /// Returns the words where each has blanks around it; nil when list and text do not agree.
    private static func whole(_ words: [Timed], in text: String) -> [Timed]? {
        var shown: [Timed] = [], rest = words[...]
        for token in text.split(whereSeparator: \.isWhitespace) {
            let wanted = core(token)
            guard var word = rest.popFirst() else { return nil }
            var spelled = core(word.text)
            // A part begins with its mark. Languages without spaces have whole words here.
            while spelled.count < wanted.count, let part = rest.first, part.text.first.map({ !$0.isLetter && !$0.isNumber }) == true {
                rest.removeFirst()
                spelled += core(part.text)
                word.end = part.end
            }
            guard spelled == wanted else { return nil }
            word.text = String(token)
            shown.append(word)
        }
        // Marks without letters, such as a percent sign of its own, belong to the word before.
        return rest.allSatisfy { core($0.text).isEmpty } ? shown : nil
    }
}
