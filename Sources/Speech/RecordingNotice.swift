/// A fact about a recording that readers of its transcript have to know: a part of the file was not heard, or some of its time is missing.
package enum RecordingNotice: Sendable, Hashable {
    /// The file has more sound tracks than the one that was heard.
    ///
    /// - Parameters:
    ///   - heard: number of the track that was heard, counted from 1.
    ///   - total: number of sound tracks.
    ///   - names: the file's own names of the tracks, in order; empty when it names none.
    case otherTracks(heard: Int, total: Int, names: [String])
    /// Channels of the file have different sound, as in a call with a person on each side, and were mixed to one.
    ///
    /// - Parameter count: number of the file's channels.
    case mixedChannels(count: Int)
    /// A track that would have been heard has no sound, so another one was heard.
    case silentTrack(Int)
    /// Stretches without sound in the time stamps: lost packets, or a machine that slept. Each is silence of its length.
    ///
    /// - Parameter first: place of the first one.
    case holes(count: Int, total: Duration, first: Duration)
    /// The file ends before its own end.
    ///
    /// - Parameters:
    ///   - at: end of the sound that is there.
    ///   - of: length that the file promises; nil when it does not tell.
    case cut(at: Duration, of: Duration?)
    /// Packets that could not be decoded. The sound between them is there.
    case damaged(packets: Int)
    /// Stretches of speech whose language could not be told, and which have no words.
    ///
    /// - Parameter first: place of the first one.
    case unknownLanguage(count: Int, total: Duration, first: Duration)
    /// Speakers were asked for, and nobody could tell them apart: the words have none.
    case untoldSpeakers

    /// Maximum number of names of tracks in a notice, and maximum length of a name. A character may have any number of bytes.
    package static let maxNames = 16, maxNameLength = 60, maxNameByteCount = 200
}

// MARK: Text

extension RecordingNotice {
    /// The way to choose what is heard, as the reader of a notice writes it.
    package enum Chooser: Sendable {
        /// A parameter of a request.
        case parameter
        /// An option of a command.
        case option

        func text(_ value: String) -> String {
            switch self {
            case .parameter: "track=\(value)"
            case .option: "--track \(value)"
            }
        }

        /// The choice of each channel by itself.
        var channels: String {
            switch self {
            case .parameter: "channels=true"
            case .option: "--channels"
            }
        }
    }

    /// The medium that a notice is about, as its sentence names it.
    package enum Medium: String, Sendable {
        case file
        /// Audio that is heard while it arrives.
        case stream
    }

    /// One sentence for people.
    ///
    /// - Parameters:
    ///   - chooser: the way to choose a track or the channels; nil where nothing can be chosen.
    ///   - medium: the medium that the sentence names.
    package func text(by chooser: Chooser?, of medium: Medium = .file) -> String {
        let it = medium.rawValue
        switch self {
        case .otherTracks(let heard, let total, let names):
            let named = names.isEmpty ? "" : " (\(names.map { "\"\($0)\"" }.joined(separator: ", ")))"
            let sentence = "The \(it) has \(total) sound tracks\(named); track \(heard) was heard."
            guard let chooser else { return sentence }
            return sentence + " Choose another with \(chooser.text("N")), or hear each as a channel with \(chooser.text("all"))."
        case .mixedChannels(let count):
            let sentence = "The \(it) has \(count) channels with different sound, which were mixed to one."
            return sentence + (chooser.map { " Hear each by itself with \($0.channels)." } ?? "")
        case .silentTrack(let number): return "Track \(number) of the \(it) has no sound."
        case .holes(let count, let total, let first):
            return count == 1
                ? "The \(it) has no sound from \(Self.clock(first)) on for \(Self.seconds(total)) s; the time counts as silence."
                : "The \(it) has \(count) holes of \(Self.seconds(total)) s in all, the first at \(Self.clock(first)); the time counts as silence."
        case .cut(let at, let length):
            let has = "The \(it) is cut off: it has \(Self.clock(at))"
            guard let length else { return has + " of sound, and no end." }
            // Whole seconds may hide the difference.
            return Self.clock(at) == Self.clock(length)
                ? has + ", and lacks the last \(Self.seconds(length - at)) s." : has + " of \(Self.clock(length))."
        case .damaged(let packets):
            return "The \(it) is damaged: \(packets) of its packets \(packets == 1 ? "was" : "were") left out."
        case .unknownLanguage(let count, let total, let first):
            return count == 1
                ? "The language of the speech from \(Self.clock(first)) on for \(Self.seconds(total)) s is unknown; the speech has no words."
                : "The language of \(count) stretches of speech of \(Self.seconds(total)) s in all, the first at \(Self.clock(first)), is unknown;"
                    + " they have no words."
        case .untoldSpeakers: return "The words have no speakers: neither the engine nor a voice model of this machine told them apart."
        }
    }

    /// Place that the notice is about; nil when it is about the whole medium.
    package var place: Duration? {
        switch self {
        case .holes(_, _, let first), .unknownLanguage(_, _, let first): first
        case .cut(let at, _): at
        case .otherTracks, .mixedChannels, .silentTrack, .damaged, .untoldSpeakers: nil
        }
    }

    /// The notice with its places on a time line on which the medium begins at `start`, for audio that is a part of something longer.
    package func moved(by start: Duration) -> RecordingNotice {
        switch self {
        case .holes(let count, let total, let first): .holes(count: count, total: total, first: max(.zero, first + start))
        case .cut(let at, let length): .cut(at: max(.zero, at + start), of: length.map { $0 + start })
        case .unknownLanguage(let count, let total, let first): .unknownLanguage(count: count, total: total, first: max(.zero, first + start))
        case .otherTracks, .mixedChannels, .silentTrack, .damaged, .untoldSpeakers: self
        }
    }

    /// The notice without text from the file.
    package var withoutNames: RecordingNotice {
        guard case .otherTracks(let heard, let total, _) = self else { return self }
        return .otherTracks(heard: heard, total: total, names: [])
    }

    /// Short name for machines.
    package var name: String {
        switch self {
        case .otherTracks: "other_tracks"
        case .mixedChannels: "mixed_channels"
        case .silentTrack: "silent_track"
        case .holes: "holes"
        case .cut: "cut"
        case .damaged: "damaged"
        case .unknownLanguage: "unknown_language"
        case .untoldSpeakers: "untold_speakers"
        }
    }

    /// A time as minutes and seconds, with hours where there are some.
    private static func clock(_ time: Duration) -> String {
        let seconds = max(0, time.components.seconds)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let minutes = "\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        return seconds < 3_600 ? minutes : "\(seconds / 3_600):\(minutes)"
    }

    /// A length in seconds with one decimal.
    private static func seconds(_ time: Duration) -> String {
        let tenths = max(0, (time.wholeNanoseconds / 50_000_000 + 1) / 2)
        return "\(tenths / 10).\(tenths % 10)"
    }
}

// MARK: One line

extension RecordingNotice {
    /// The notice as one line, for messages between processes and for the store.
    package var line: String {
        let fields: [String] =
            switch self {
            case .otherTracks(let heard, let total, let names): ["\(heard)", "\(total)"] + names.map(Self.plain)
            case .mixedChannels(let count): ["\(count)"]
            case .silentTrack(let number): ["\(number)"]
            case .holes(let count, let total, let first): ["\(count)", "\(total.wholeNanoseconds)", "\(first.wholeNanoseconds)"]
            case .cut(let at, let length): ["\(at.wholeNanoseconds)", length.map { "\($0.wholeNanoseconds)" } ?? "-"]
            case .damaged(let packets): ["\(packets)"]
            case .unknownLanguage(let count, let total, let first): ["\(count)", "\(total.wholeNanoseconds)", "\(first.wholeNanoseconds)"]
            case .untoldSpeakers: []
            }
        return ([name] + fields).joined(separator: "\t")
    }

    /// Parses a line; nil for a line that is not a notice. A line may come from a process that has read a hostile file.
    package init?(line: some StringProtocol) {
        let fields = String(line).split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        func number(_ index: Int) -> Int? { index < fields.count ? Int(fields[index]).flatMap { $0 >= 0 ? $0 : nil } : nil }
        func time(_ index: Int) -> Duration? { number(index).map { .nanoseconds($0) } }
        switch fields[0] {
        case "other_tracks":
            guard let heard = number(1), let total = number(2), fields.count <= 3 + Self.maxNames else { return nil }
            self = .otherTracks(heard: heard, total: total, names: fields.dropFirst(3).map(Self.plain))
        case "mixed_channels":
            guard fields.count == 2, let count = number(1) else { return nil }
            self = .mixedChannels(count: count)
        case "silent_track":
            guard fields.count == 2, let number = number(1) else { return nil }
            self = .silentTrack(number)
        case "holes", "unknown_language":
            guard fields.count == 4, let count = number(1), let total = time(2), let first = time(3) else { return nil }
            self =
                fields[0] == "holes"
                ? .holes(count: count, total: total, first: first) : .unknownLanguage(count: count, total: total, first: first)
        case "cut":
            guard fields.count == 3, let at = time(1) else { return nil }
            let length = time(2)
            guard length != nil || fields[2] == "-" else { return nil }
            self = .cut(at: at, of: length)
        case "damaged":
            guard fields.count == 2, let packets = number(1) else { return nil }
            self = .damaged(packets: packets)
        case "untold_speakers":
            guard fields.count == 1 else { return nil }
            self = .untoldSpeakers
        default: return nil
        }
    }

    /// A name from a file, without characters that would control a terminal or break a line, and not too long.
    package static func plain(_ name: String) -> String {
        let kept: String.UnicodeScalarView = name.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
            default: scalar != "\""
            }
        }
        return String(String(kept).prefix(bytes: maxNameByteCount).prefix(maxNameLength))
    }
}
