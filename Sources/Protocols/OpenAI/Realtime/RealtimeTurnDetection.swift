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

    /// Reads the value at `path`; members that are absent keep their values from `old`.
    init(_ view: JSONView, path: String, old: RealtimeTurnDetection?) throws(RealtimeError) {
        guard view.isObject else { throw .invalid(path, "\(path) must be an object, or null for a client that commits by itself.") }
        let kind = view["type"]
        if kind.equals("semantic_vad") {
            var eagerness: Eagerness = if case .semantic(let old)? = old { old } else { .auto }
            let given = view["eagerness"]
            if given.exists, !given.isNull {
                guard let known = given.string.flatMap(Eagerness.init) else {
                    throw .invalid(path + ".eagerness", "eagerness must be low, medium, high or auto.")
                }
                eagerness = known
            }
            self = .semantic(eagerness)
            return
        }
        guard kind.equals("server_vad") || !kind.exists else { throw .invalid(path + ".type", "type must be server_vad or semantic_vad.") }
        var (threshold, prefix, silence) = (Self.usualThreshold, Self.usualPrefix, Self.usualSilence)
        if case .server(let oldThreshold, let oldPrefix, let oldSilence)? = old {
            (threshold, prefix, silence) = (oldThreshold, oldPrefix, oldSilence)
        }
        if view["threshold"].exists, !view["threshold"].isNull {
            guard let value = view["threshold"].double, (0...1).contains(value) else {
                throw .invalid(path + ".threshold", "threshold must be a number from 0 to 1.")
            }
            threshold = value
        }
        prefix = try Self.milliseconds("prefix_padding_ms", view, path) ?? prefix
        silence = try Self.milliseconds("silence_duration_ms", view, path) ?? silence
        self = .server(threshold: threshold, prefix: prefix, silence: silence)
    }

    private static func milliseconds(_ name: String, _ view: JSONView, _ path: String) throws(RealtimeError) -> Duration? {
        let value = view[name]
        guard value.exists, !value.isNull else { return nil }
        guard let number = value.int, (0...60_000).contains(number) else {
            throw .invalid("\(path).\(name)", "\(name) must be a whole number from 0 to 60000.")
        }
        return .milliseconds(number)
    }

    func write(to json: inout JSONWriter) {
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
        json.endObject()
    }
}
