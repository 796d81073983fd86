import Framing
import Speech

/// The rule by which a turn ends. nil, where allowed: the client ends turns by commits.
package enum RealtimeTurnDetection: Sendable, Equatable {
    /// A turn ends after this duration of `silence`.
    case server(threshold: Double, prefix: Duration, silence: Duration)
    /// A model decides; the eagerness says how soon.
    case semantic(Eagerness)

    package enum Eagerness: String, Sendable, CaseIterable {
        case low, medium, high, auto

        /// Silence that ends a turn in any case: the vendor's own values.
        package var patience: Duration {
            switch self {
            case .low: .seconds(8)
            case .medium, .auto: .seconds(4)
            case .high: .seconds(2)
            }
        }

        /// The silences by the words that stand for them.
        static let silences = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0.patience) })
    }

    private static let usualThreshold = 0.5
    private static let usualPrefix: Duration = .milliseconds(300)
    private static let usualSilence: Duration = .milliseconds(500)
    package static let usual = RealtimeTurnDetection.server(threshold: usualThreshold, prefix: usualPrefix, silence: usualSilence)

    /// True if the threshold equals the default.
    static func isUsual(threshold: Double) -> Bool { threshold == usualThreshold }

    /// Audio before the detected start of speech that still belongs to the turn.
    package var prefix: Duration {
        switch self {
        case .server(_, let prefix, _): prefix
        case .semantic: Self.usualPrefix
        }
    }

    /// The least silence that engines are asked for: none can tell a shorter one from the gap between two words.
    static let leastSilence: Duration = .milliseconds(100)

    /// True if a turn may go on behind an engine's pause: the silence is longer than those for which engines hold words back.
    var outlastsPauses: Bool {
        switch self {
        case .server(_, _, let silence): silence > TurnRule.longestHold
        case .semantic: true
        }
    }

    /// Names of the members that an engine may ignore, as options.
    static let thresholdOption = "turn_detection.threshold", silenceOption = "turn_detection.silence_duration_ms"
    static let eagernessOption = "turn_detection.eagerness"

    /// The members that only engines carry out, by their options' names, with their values as JSON text. Defaults are left out; so are the values that
    /// the server sees to itself: a threshold of 1, and a silence over which it keeps turns open.
    var ofEngines: [(name: String, value: String)] {
        switch self {
        case .server(let threshold, _, let silence):
            var members: [(name: String, value: String)] = []
            if !Self.isUsual(threshold: threshold), threshold != 1 { members.append((Self.thresholdOption, "\(threshold)")) }
            if silence != Self.usualSilence, !outlastsPauses { members.append((Self.silenceOption, "\(silence.wholeMilliseconds)")) }
            return members
        case .semantic(let eagerness): return eagerness == .auto ? [] : [(Self.eagernessOption, "\"\(eagerness.rawValue)\"")]
        }
    }

    /// Returns the rule that is in force where an engine ignores some members: these have their defaults, and a silence below the engine's least is the
    /// least.
    ///
    /// - Parameters:
    ///   - names: the names of the ignored members' options.
    ///   - engine: the engine that serves the session; nil: not known.
    func without(_ names: Set<String>, by engine: TurnPart.Engine?) -> RealtimeTurnDetection {
        let ignored = Set(ofEngines.map { $0.name }).intersection(names)
        switch self {
        case .server(let threshold, let prefix, let silence):
            return .server(
                threshold: ignored.contains(Self.thresholdOption) ? Self.usualThreshold : threshold, prefix: prefix,
                silence: ignored.contains(Self.silenceOption) ? Self.silence(insteadOf: silence, by: engine) : silence)
        case .semantic(let eagerness): return .semantic(ignored.contains(Self.eagernessOption) ? .auto : eagerness)
        }
    }

    /// Returns the silence that is in force in place of one that is ignored.
    private static func silence(insteadOf silence: Duration, by engine: TurnPart.Engine?) -> Duration {
        let asked = max(silence, leastSilence)
        if let engine, TurnPart.endpointing.isHeeded(by: engine, at: asked) {
            // Another engine of the session ignores the silence: this one heeds the client's own.
            if asked != silence { return asked }
        } else if let engine, !engine.usesDetector {
            return usualSilence
        }
        return asked < TurnRule.leastMinimumSilence ? TurnRule.leastMinimumSilence : usualSilence
    }

    private static let ofServer: Set<String> = ["threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms"]
    private static let ofSemantic: Set<String> = ["eagerness"]
    /// Members that both kinds have. All but the type only matter to spoken answers.
    private static let ofBoth: Set<String> = ["type", "create_response", "interrupt_response"]
    private static let idleTimes = 1...600_000

    /// Reads the value at `path`. Members that are absent keep their values from `old`, the kind included; `null` sets the default.
    ///
    /// A member of the other kind is an error: the client must not believe in a setting that is not in force.
    init(_ view: JSONView, path: String, old: RealtimeTurnDetection?) throws(RealtimeError) {
        guard view.isObject else { throw .invalid(path, "\(path) must be an object, or null for a client that commits by itself.") }
        let kind = view["type"]
        let isSemantic: Bool
        if kind.exists, !kind.isNull {
            guard kind.equals("semantic_vad") || kind.equals("server_vad") else {
                throw .invalid(path + ".type", "type must be server_vad or semantic_vad.")
            }
            isSemantic = kind.equals("semantic_vad")
        } else if case .semantic? = old {
            isSemantic = true
        } else {
            isSemantic = false
        }
        try Self.check(view, path, isSemantic: isSemantic)
        if isSemantic {
            let present: Eagerness = if case .semantic(let old)? = old { old } else { .auto }
            self = .semantic(try Self.eagerness(view["eagerness"], path) ?? present)
            return
        }
        var (threshold, prefix, silence) = (Self.usualThreshold, Self.usualPrefix, Self.usualSilence)
        if case .server(let oldThreshold, let oldPrefix, let oldSilence)? = old {
            (threshold, prefix, silence) = (oldThreshold, oldPrefix, oldSilence)
        }
        if view["threshold"].isNull {
            threshold = Self.usualThreshold
        } else if view["threshold"].exists {
            guard let value = view["threshold"].double, (0...1).contains(value) else {
                throw .invalid(path + ".threshold", "threshold must be a number from 0 to 1.")
            }
            threshold = value
        }
        prefix = try Self.milliseconds("prefix_padding_ms", view, path, Self.usualPrefix) ?? prefix
        silence = try Self.milliseconds("silence_duration_ms", view, path, Self.usualSilence) ?? silence
        self = .server(threshold: threshold, prefix: prefix, silence: silence)
    }

    /// Checks the members' names, and the values that only matter to spoken answers.
    private static func check(_ view: JSONView, _ path: String, isSemantic: Bool) throws(RealtimeError) {
        let own = isSemantic ? ofSemantic : ofServer, others = isSemantic ? ofServer : ofSemantic
        let (kind, other) = isSemantic ? ("semantic_vad", "server_vad") : ("server_vad", "semantic_vad")
        try view.forEachMember { name, value throws(RealtimeError) in
            if others.contains(name) {
                // A client that writes all members writes null for those of the other kind.
                if value.isNull { return }
                throw .invalid("\(path).\(name)", "\(name) belongs to \(other), and turn_detection is \(kind). Name the type to change it.")
            }
            guard own.contains(name) || ofBoth.contains(name) else { throw .unknown("\(path).\(name.prefix(bytes: 64))") }
        }
        for name in ["create_response", "interrupt_response"] where view[name].exists && !view[name].isNull && view[name].bool == nil {
            throw .invalid("\(path).\(name)", "\(name) must be true or false.")
        }
        let idle = view["idle_timeout_ms"]
        guard !idle.exists || idle.isNull || idle.int.map({ idleTimes.contains($0) }) == true else {
            throw .invalid(path + ".idle_timeout_ms", "idle_timeout_ms must be a whole number of milliseconds, or null.")
        }
    }

    private static func eagerness(_ view: JSONView, _ path: String) throws(RealtimeError) -> Eagerness? {
        guard view.exists else { return nil }
        if view.isNull { return .auto }
        guard let known = view.string.flatMap(Eagerness.init) else {
            throw .invalid(path + ".eagerness", "eagerness must be low, medium, high or auto.")
        }
        return known
    }

    /// Returns nil for an absent member.
    ///
    /// - Parameter usual: the value for `null`.
    private static func milliseconds(_ name: String, _ view: JSONView, _ path: String, _ usual: Duration) throws(RealtimeError) -> Duration? {
        let value = view[name]
        guard value.exists else { return nil }
        if value.isNull { return usual }
        guard let number = value.int, (0...60_000).contains(number) else {
            throw .invalid("\(path).\(name)", "\(name) must be a whole number from 0 to 60000.")
        }
        return .milliseconds(number)
    }

    /// - Parameter isConversation: true if the session's type has spoken answers, which never come here.
    func write(inConversation isConversation: Bool, to json: inout JSONWriter) {
        json.beginObject()
        switch self {
        case .server(let threshold, let prefix, let silence):
            json.member("type", literal: "server_vad")
            json.member("threshold", threshold, decimals: 4)
            json.member("prefix_padding_ms", Int(prefix.wholeMilliseconds))
            json.member("silence_duration_ms", Int(silence.wholeMilliseconds))
        case .semantic(let eagerness):
            json.member("type", literal: "semantic_vad")
            json.member("eagerness", eagerness.rawValue)
        }
        if isConversation {
            json.member("create_response", false)
            json.member("interrupt_response", false)
        }
        json.endObject()
    }
}
