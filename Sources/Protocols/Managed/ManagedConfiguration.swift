package import Framing
package import Speech

/// The configuration in a client's `auth` message. Every key may be missing or `null`; unknown keys are ignored, and named in `ready`.
package struct ManagedConfiguration: Sendable, Equatable {
    /// Name of an engine, or a vendor's name of a model; an unknown name leaves the choice to the operator.
    package var model: String?
    package var language: LanguageTag?
    package var rate: SampleRate = .speech
    /// Number of channels: 1, or 2 that are mixed to one.
    package var channels = 1
    /// Encoding of the audio: 16-bit PCM, mu-law or A-law.
    package var encoding: AudioEncoding = .linear16
    package var interims = true
    package var punctuates = true
    /// Silence after which words become final, as the client asked; nil: the client asked for none.
    package var askedEndpointing: Duration?
    package var keyterms: [String] = []
    /// True if transcripts carry the times of words.
    package var words = false
    /// Names of keys that have no effect, each once.
    package var unknown: [String] = []

    package init() {}

    package var format: AudioFormat { .raw(encoding, rate, channels: channels) }

    /// Bytes of all channels' samples for one moment.
    package var frameBytes: Int { (encoding.bytesPerSample ?? 1) * channels }

    package init(_ view: JSONView) throws(ManagedConfigurationError) {
        guard view.isObject || !view.exists || view.isNull else { throw ManagedConfigurationError(message: "config must be an object.") }
        model = try Self.text("model", view)
        let named = try Self.text(LanguageParameter.managed.name, view)
        do throws(LanguageFault) {
            language = try LanguageParameter.managed.read(named)?.tag
        } catch {
            throw ManagedConfigurationError(message: error.message)
        }
        if let hertz = try Self.whole("sample_rate", view, in: 8_000...48_000) { rate = SampleRate(hertz: hertz) }
        channels = try Self.whole("channels", view, in: 1...2) ?? channels
        if let name = try Self.text("encoding", view) {
            guard let known = Self.encodings.first(where: { $0.rawValue == name.lowercased() }) else {
                throw ManagedConfigurationError(message: "encoding must be linear16, mulaw or alaw.")
            }
            encoding = known
        }
        interims = try Self.flag("interim_results", view) ?? interims
        let smart = try Self.flag("smart_format", view) ?? false
        punctuates = try Self.flag("punctuate", view) ?? punctuates || smart
        if let milliseconds = try Self.whole("endpointing", view, in: 10...5_000) { askedEndpointing = .milliseconds(milliseconds) }
        keyterms = try Self.keyterms(view)
        words = try Self.flag("words", view) ?? words
        unknown = Self.table.unknown(in: view)
    }

    /// Reads the configuration of an `auth` message. Members beside it have no effect.
    init(auth: JSONView) throws(ManagedConfigurationError) {
        try self.init(auth["config"])
        unknown = IgnoredOptions.told(unknown + IgnoredOptions.names(in: auth, besides: ["type", "token", "config"]))
    }

    private static let endpointing = "endpointing", terms = "keyterms"

    /// The options that some engines, or some of their models, ignore.
    var engineOptions: [VendorOptions.Option] {
        var options: [VendorOptions.Option] = []
        if let askedEndpointing { options.append(.init(Self.endpointing, .json("\(askedEndpointing.wholeMilliseconds)"))) }
        if !keyterms.isEmpty {
            var json = JSONWriter()
            json.array(keyterms)
            options.append(.init(Self.terms, .json(json.text)))
        }
        return options
    }

    /// The keys, with values that clients may give.
    package static let table = OptionTable(
        OptionTable.harken,
        [
            VendorOption("model", .gateway, #""nova-3-medical""#, in: [.live]),
            VendorOption("language", .gateway, #""de""#, in: [.live]),
            VendorOption("sample_rate", .gateway, "48000", in: [.live]),
            VendorOption("channels", .gateway, "2", in: [.live]),
            VendorOption("encoding", .gateway, #""mulaw""#, in: [.live]),
            VendorOption("interim_results", .gateway, "false", in: [.live]),
            VendorOption("punctuate", .gateway, "false", in: [.live]),
            VendorOption("smart_format", .gateway, in: [.live]),
            VendorOption(endpointing, .gateway, "900", in: [.live], turns: [.endpointing]),
            VendorOption(terms, .session(.keyterms), #"["Harken"]"#, in: [.live]),
            VendorOption("words", .gateway, in: [.live]),
        ])

    private static let encodings: [AudioEncoding] = [.linear16, .mulaw, .alaw]
    private static let maxKeyterms = 100

    private static func keyterms(_ view: JSONView) throws(ManagedConfigurationError) -> [String] {
        let list = view["keyterms"]
        guard list.exists, !list.isNull else { return [] }
        guard list.isArray, list.count <= maxKeyterms else {
            throw ManagedConfigurationError(message: "keyterms must be a list of at most \(maxKeyterms) strings.")
        }
        guard let terms = list.strings else { throw ManagedConfigurationError(message: "keyterms must be strings.") }
        return terms
    }

    private static func text(_ name: String, _ view: JSONView) throws(ManagedConfigurationError) -> String? {
        let value = view[name]
        guard value.exists, !value.isNull else { return nil }
        guard let text = value.string else { throw ManagedConfigurationError(message: "\(name) must be a string.") }
        return text.isEmpty ? nil : text
    }

    private static func whole(_ name: String, _ view: JSONView, in range: ClosedRange<Int>) throws(ManagedConfigurationError) -> Int? {
        let value = view[name]
        guard value.exists, !value.isNull else { return nil }
        guard let number = value.int, range.contains(number) else {
            throw ManagedConfigurationError(message: "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    private static func flag(_ name: String, _ view: JSONView) throws(ManagedConfigurationError) -> Bool? {
        let value = view[name]
        guard value.exists, !value.isNull else { return nil }
        guard let flag = value.bool else { throw ManagedConfigurationError(message: "\(name) must be true or false.") }
        return flag
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        if let model { json.member("model", model) }
        if let language { json.member("language", language.rawValue) }
        json.member("sample_rate", rate.hertz)
        json.member("channels", channels)
        json.member("encoding", encoding.rawValue)
        json.member("interim_results", interims)
        if !punctuates {
            json.member("punctuate", false)
            json.member("smart_format", false)
        }
        if let askedEndpointing { json.member("endpointing", Int(askedEndpointing.wholeMilliseconds)) }
        if !keyterms.isEmpty {
            json.key("keyterms")
            json.beginArray()
            for term in keyterms { json.value(term) }
            json.endArray()
        }
        if words { json.member("words", true) }
        json.endObject()
    }
}

/// An invalid value. `message` names its key.
package struct ManagedConfigurationError: Error, Sendable, Equatable {
    package var message: String
}
