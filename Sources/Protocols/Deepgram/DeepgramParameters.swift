package import Speech
import Framing
import TextNormalization

/// The parameters that live and prerecorded requests share.
///
/// Applied: `model`, `language`, `punctuate`, `smart_format`, `numerals`, `measurements`, `dictation`, `profanity_filter`, `diarize`,
/// `diarize_model`, `multichannel`, `redact`, `keyterm`, `keywords`, `replace`, `extra`, `tag`, `encoding`, `sample_rate`, `channels`. Checked, and
/// then left to the engine: `filler_words`, `detect_entities`, `no_delay`, `mip_opt_out`. `DeepgramOptions` lists all that Deepgram's own engine is sent.
package struct DeepgramParameters: Sendable, Equatable {
    /// The model's name as the client wrote it; the default model when the client named none.
    package var model: String
    package var language: LanguageTag
    /// True if the client leaves the language to the engine, with a word of other vendors: `auto`. In recordings this is `detect_language`.
    package var findsLanguage: Bool
    package var formatting: DeepgramFormatting
    /// True if the client gave `numerals=false`, and digits are written because of `smart_format`.
    package private(set) var keepsNumerals = false
    package var diarizes: Bool
    package var multichannel: Bool
    package var keyterms: [String]
    /// Rule for hiding sensitive words in all texts; nil: nothing is hidden.
    package var redaction: RedactionRule?
    package var tags: [String]
    package var extra: [DeepgramMetadata.Extra]
    package var format: AudioFormat
    /// Number of channels that the client gave; 1 when it gave none.
    package var channels: Int

    /// The values that `encoding` may have.
    private enum Encoding: String, CaseIterable {
        case linear16, linear32, flac, alaw, mulaw, opus, speex, g729
        case amrNarrowband = "amr-nb"
        case amrWideband = "amr-wb"
        case oggOpus = "ogg-opus"
    }

    private enum DiarizeModel: String, CaseIterable { case latest, v1, v2 }

    init(_ query: QueryParameters, _ parameter: LanguageParameter) throws(QueryParameterError) {
        model = query.text("model") ?? DeepgramModels.fallback
        let named = try query.language(parameter) ?? .language(.english)
        language = named.tag
        findsLanguage = named == .detected
        for name in Self.flagsWithoutEffect { _ = try query.flag(name) }
        redaction = try DeepgramRedaction.rule(query, language: language)
        let smart = try query.flag("smart_format") ?? false
        let punctuates = try query.flag("punctuate") ?? false || smart
        let diarizeModel = try query.choice("diarize_model", DiarizeModel.self)
        diarizes = try query.flag("diarize") ?? false || diarizeModel != nil
        multichannel = try query.flag("multichannel") ?? false
        formatting = DeepgramFormatting(
            punctuates: punctuates, speakers: diarizes, languages: language.isMulti,
            replacements: try query.list("replace").map { pair throws(QueryParameterError) in try Self.replacement(pair, query) },
            writtenForms: try Self.writtenForms(query, smart: smart))
        if let numerals = try query.flag("numerals") {
            formatting.write(numerals: numerals)
            keepsNumerals = !numerals && formatting.isSmart
        }
        formatting.rules.dictates = try query.flag("dictation") ?? false
        formatting.rules.hidesProfanity = try query.flag("profanity_filter") ?? false
        keyterms = try Self.keyterms(query)
        tags = try query.list("tag")
        extra = try query.list("extra").map { pair throws(QueryParameterError) in
            let parts = pair.split(separator: ":", maxSplits: 1).map(String.init)
            // Some JSON readers reject a zero byte in a member's name.
            guard parts.count == 2, !parts[0].utf8.contains(0) else { throw query.wrong("extra", pair, "key:value") }
            return DeepgramMetadata.Extra(key: parts[0], value: parts[1])
        }
        (format, channels) = try Self.format(query)
    }

    private static let flagsWithoutEffect = [
        "filler_words", "detect_entities", "no_delay", "mip_opt_out",
    ]

    /// Returns what `smart_format` and `measurements` ask for.
    private static func writtenForms(_ query: QueryParameters, smart: Bool) throws(QueryParameterError) -> Set<WrittenForm.Kind> {
        var kinds: Set<WrittenForm.Kind> = smart ? .readable : []
        if try query.flag("measurements") ?? false { kinds.insert(.measurements) }
        return kinds
    }

    private static func replacement(_ pair: String, _ query: QueryParameters) throws(QueryParameterError) -> WordReplacement {
        let parts = pair.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let replacement = WordReplacement(find: parts[0], replacement: parts.count > 1 ? parts[1] : "") else {
            throw query.wrong("replace", pair, "find:replacement")
        }
        return replacement
    }

    /// Returns the key terms of `keyterm`, and the words of the older `word:boost` form. A word with a boost below 0 is not a key term: its client wants
    /// to see the word less often.
    private static func keyterms(_ query: QueryParameters) throws(QueryParameterError) -> [String] {
        let older = try query.list("keywords", limit: 500).compactMap { keyword -> String? in
            let parts = keyword.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let boost = parts.count > 1 ? Double(parts[1]) ?? 0 : 0
            return parts[0].isEmpty || boost < 0 ? nil : String(parts[0])
        }
        let terms = try query.list("keyterm", limit: 500) + older
        if let problem = problem(withKeyterms: terms) { throw QueryParameterError(message: problem) }
        return terms
    }

    /// Describes why the terms are too many; nil when they are not.
    static func problem(withKeyterms terms: [String]) -> String? {
        let words = terms.reduce(0) { $0 + $1.split(separator: " ").count }
        return words > 500 ? "keyterm has \(words) words in all; at most 500 are accepted." : nil
    }

    private static func format(_ query: QueryParameters) throws(QueryParameterError) -> (AudioFormat, channels: Int) {
        let channels = try query.whole("channels", in: 1...20) ?? 1
        guard let encoding = try query.choice("encoding", Encoding.self) else { return (.container, channels) }
        let rates = SampleRate.accepted
        func rate(or natural: SampleRate?) throws(QueryParameterError) -> SampleRate {
            if let hertz = try query.whole("sample_rate", in: rates.lowerBound.hertz...rates.upperBound.hertz) { return SampleRate(hertz: hertz) }
            if let natural { return natural }
            throw QueryParameterError(
                message: "encoding=\(encoding.rawValue) needs sample_rate, the audio's samples per second, such as sample_rate=16000.")
        }
        switch encoding {
        case .linear16: return (.raw(.linear16, try rate(or: nil), channels: channels), channels)
        case .linear32: return (.raw(.linear32, try rate(or: nil), channels: channels), channels)
        case .alaw: return (.raw(.alaw, try rate(or: nil), channels: channels), channels)
        case .mulaw: return (.raw(.mulaw, try rate(or: nil), channels: channels), channels)
        case .opus: return (.raw(.opus, try rate(or: nil), channels: channels), channels)
        case .speex: return (.raw(.speex, try rate(or: nil), channels: channels), channels)
        case .g729: return (.raw(.g729, try rate(or: .telephone), channels: channels), channels)
        case .amrNarrowband: return (.raw(.amrNarrowband, try rate(or: .telephone), channels: channels), channels)
        case .amrWideband: return (.raw(.amrWideband, try rate(or: .speech), channels: channels), channels)
        case .flac, .oggOpus:
            // Streams of both encodings describe themselves.
            _ = try rate(or: .speech)
            return (.container, channels)
        }
    }
}
