import Conversations
import Framing
package import Speech

extension ConversationDocument {
    package enum Format: String, Sendable, CaseIterable {
        case json, srt, vtt, markdown, text

        package var contentType: String {
            switch self {
            case .json: "application/json"
            case .srt: "application/x-subrip; charset=utf-8"
            case .vtt: "text/vtt; charset=utf-8"
            case .markdown: "text/markdown; charset=utf-8"
            case .text: "text/plain; charset=utf-8"
            }
        }

        /// Extension of files in this format.
        package var suffix: String {
            switch self {
            case .markdown: "md"
            case .text: "txt"
            case .json, .srt, .vtt: rawValue
            }
        }
    }

    /// - Parameter zone: the time zone of the reader, in which Markdown has the start.
    package func rendered(as format: Format, in zone: TimeZoneRules) -> [UInt8] {
        switch format {
        case .json:
            var json = JSONWriter(capacity: 65_536)
            write(to: &json)
            return json.bytes
        case .srt: return Captions.srt(cues)
        case .vtt: return Captions.vtt(cues)
        case .markdown: return Array(markdown(in: zone).utf8)
        case .text: return Array(text.utf8)
        }
    }

    /// The captions of the conversation. A caption never spans two segments; the speaker's name comes first where the speaker changes.
    private var cues: [Cue] {
        var channels: [ChannelIndex: [[Word]]] = [:]
        var speaker: String?
        for segment in conversation.segments {
            var words = Self.words(of: segment)
            guard !words.isEmpty else { continue }
            let name = name(of: segment)
            if let name, name != speaker { words[0].text = name + ": " + words[0].text }
            speaker = name
            channels[segment.channel, default: []].append(words)
        }
        let end = SampleIndex(seconds: duration / .seconds(1), at: .speech)
        let runs = channels.sorted { $0.key.number < $1.key.number }.map(\.value)
        return Captions.cues(of: runs, rate: .speech, length: end - .zero)
    }

    /// Returns the segment's words. When their times are unknown, the words are spread evenly over the segment.
    private static func words(of segment: Segment) -> [Word] {
        func index(_ time: Duration) -> SampleIndex { SampleIndex(seconds: max(.zero, time) / .seconds(1), at: .speech) }
        guard segment.words.isEmpty else {
            var words = segment.words.map { Word($0.text, SampleRange(index($0.start), index($0.end)), confidence: $0.confidence) }
            words.keepBlanks(of: segment.text)
            return words
        }
        let start = index(segment.start)
        return WrittenWord.timed(segment.text, in: SampleRange(start, max(start, index(segment.end))), confidence: 0)
    }

    /// One line for each segment: `[1:05] Anna: Down there.`
    private var text: String {
        conversation.segments.map { segment in
            let words = String(segment.text.map { $0.isNewline ? " " : $0 })
            return Self.timeMark(segment.start) + (name(of: segment).map { $0 + ": " } ?? "") + words + "\n"
        }.joined()
    }

    private func markdown(in zone: TimeZoneRules) -> String {
        var text = "# \(Self.escaped(conversation.title ?? "Conversation"))\n\n"
        text += zone.text(of: conversation.started) + "\n"
        if let summary = conversation.summary, !summary.isEmpty { text += "\n\(Self.escaped(summary))\n" }
        var speaker: String??
        for segment in conversation.segments {
            let name = name(of: segment)
            if speaker != .some(name) {
                speaker = .some(name)
                text += "\n**\(Self.escaped(name ?? "Somebody"))** (\(Self.clock(segment.start)))\n\n"
            }
            text += Self.escaped(segment.text) + "\n"
        }
        return text
    }

    /// The beginning of a line of text that has a time: `[2:03] `.
    package static func timeMark(_ time: Duration) -> String { "[\(clock(time))] " }

    /// Returns `1:02:03`, or `2:03` in the first hour.
    package static func clock(_ time: Duration) -> String {
        let seconds = max(0, time.components.seconds)
        func two(_ value: Int64) -> String { (value < 10 ? "0" : "") + String(value) }
        return (seconds >= 3_600 ? "\(seconds / 3_600):\(two(seconds / 60 % 60))" : "\(seconds / 60)") + ":" + two(seconds % 60)
    }

    /// Returns the text with all characters escaped that Markdown or HTML would interpret, and with each line end replaced by a space.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if character.isNewline {
                escaped += " "
            } else {
                if "\\`*_{}[]<>#|!&".contains(character) { escaped += "\\" }
                escaped.append(character)
            }
        }
        return escaped
    }
}
