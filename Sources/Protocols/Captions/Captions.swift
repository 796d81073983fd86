package import Speech

/// The captions of a transcript, and the two formats in which captions are written.
package enum Captions {
    /// Returns the captions of all channels, sorted by time.
    package static func cues(of transcript: Transcript, rules: CaptionRules = CaptionRules()) -> [Cue] {
        cues(of: transcript.channels.map(\.words), rate: transcript.rate, length: transcript.length, rules: rules)
    }

    /// Returns the captions of channels, sorted by time. A caption has words of one channel and one speaker.
    package static func cues(of channels: [[Word]], rate: SampleRate, length: SampleCount, rules: CaptionRules = CaptionRules()) -> [Cue] {
        cues(of: channels.map { [$0] }, rate: rate, length: length, rules: rules)
    }

    /// Returns the captions of channels that are divided into runs of words, sorted by time. A caption has words of one run and one speaker.
    ///
    /// A caption is shown from its first word to the end of its last word. A short caption is shown longer, as far as the next caption leaves room.
    /// Captions of one channel never overlap. When channels speak at once, each has its caption for the time of its words, and another channel's
    /// caption does not end it before `CaptionRules.minOverlapped`.
    package static func cues(of channels: [[[Word]]], rate: SampleRate, length: SampleCount, rules: CaptionRules = CaptionRules()) -> [Cue] {
        let end = milliseconds(.zero + length, rate)
        var timed = channels.enumerated().flatMap { number, runs in
            placed(runs.flatMap { cues(of: $0, rate, rules) }, end: end, rules).map { (cue: $0.cue, spoken: $0.spoken, channel: number) }
        }
        timed.sort { ($0.cue.start, $0.cue.end, $0.channel) < ($1.cue.start, $1.cue.end, $1.channel) }
        let minOverlapped = Int64(rules.minOverlapped / .milliseconds(1))
        // Start of the next caption of each channel.
        var next: [Int: Int64] = [:]
        for index in timed.indices.reversed() {
            let (cue, spoken, channel) = timed[index]
            if let other = next.filter({ $0.key != channel }).map(\.value).min() {
                timed[index].cue.end = min(cue.end, max(other, spoken, cue.start + minOverlapped))
            }
            next[channel] = cue.start
        }
        return timed.map(\.cue)
    }

    /// Returns the captions of a run of words, each with the time of its words.
    private static func cues(of run: [Word], _ rate: SampleRate, _ rules: CaptionRules) -> [Cue] {
        CaptionSplitter.captions(of: run, rate: rate, rules: rules).compactMap { units in
            guard let first = units.first?.word, let last = units.last?.word else { return nil }
            let lines = CaptionLines.wrapped(units, rules: rules)
            guard !lines.isEmpty else { return nil }
            return Cue(start: max(0, milliseconds(first.range.start, rate)), end: milliseconds(last.range.end, rate), lines: lines)
        }
    }

    /// Returns the captions of one channel with the times for which they are shown, and with the ends of their words.
    ///
    /// - Parameter end: end of the recording in milliseconds.
    private static func placed(_ cues: [Cue], end: Int64, _ rules: CaptionRules) -> [(cue: Cue, spoken: Int64)] {
        var cues = cues.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
        let shortest = Int64(rules.shortest / .milliseconds(1)), longest = Int64(rules.longest / .milliseconds(1))
        var free: Int64 = 0
        var placed: [(cue: Cue, spoken: Int64)] = []
        for index in cues.indices {
            let spoken = cues[index].end
            cues[index].start = max(cues[index].start, free)
            let start = cues[index].start
            let next = index + 1 < cues.count ? cues[index + 1].start : max(end, spoken)
            // A word may have been given more time than a caption can have.
            cues[index].end = max(start + 1, min(next, start + longest, max(spoken, start + shortest)))
            free = cues[index].end
            placed.append((cues[index], spoken))
        }
        return placed
    }

    private static func milliseconds(_ index: SampleIndex, _ rate: SampleRate) -> Int64 {
        Int64((index.seconds(at: rate) * 1_000).rounded())
    }

    /// Returns a SubRip file: UTF-8, line feeds, a comma before the milliseconds. Empty when there are no cues.
    package static func srt(_ cues: [Cue]) -> [UInt8] {
        var text = ""
        for (index, cue) in cues.enumerated() {
            text += "\(index + 1)\n\(clock(cue.start, ",")) --> \(clock(cue.end, ","))\n"
            // Loose parsers would read an arrow in the text as a time line.
            for line in cue.lines { text += line.replacingAll("-->", with: "->") + "\n" }
            text += "\n"
        }
        return Array(text.utf8)
    }

    /// Returns a WebVTT file with hours always written and with `&`, `<` and `-->` escaped. Only the header when there are no cues.
    package static func vtt(_ cues: [Cue]) -> [UInt8] {
        Array("WEBVTT\n\n".utf8) + vttCues(cues)
    }

    /// Returns cues as they follow in a WebVTT file.
    package static func vttCues(_ cues: [Cue]) -> [UInt8] {
        var text = ""
        for cue in cues {
            text += "\(clock(cue.start, ".")) --> \(clock(cue.end, "."))\n"
            for line in cue.lines {
                text += line.replacingAll("&", with: "&amp;").replacingAll("<", with: "&lt;").replacingAll("-->", with: "--&gt;") + "\n"
            }
            text += "\n"
        }
        return Array(text.utf8)
    }

    /// Returns `HH:MM:SS`, `mark`, `mmm`; the hours have more digits from 100 h on.
    private static func clock(_ milliseconds: Int64, _ mark: String) -> String {
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let rest = milliseconds % 1_000
        let fraction = rest < 10 ? "00\(rest)" : rest < 100 ? "0\(rest)" : "\(rest)"
        return "\(two(milliseconds / 3_600_000)):\(two(milliseconds / 60_000 % 60)):\(two(milliseconds / 1_000 % 60))\(mark)\(fraction)"
    }
}

extension String {
    /// Returns the text with every occurrence of `target` replaced, from left to right. Works on bytes; both arguments are ASCII.
    fileprivate func replacingAll(_ target: String, with replacement: String) -> String {
        let bytes = Array(utf8), wanted = Array(target.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index...].starts(with: wanted) {
                result += replacement.utf8
                index += wanted.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result.count == bytes.count && replacement.utf8.count == wanted.count ? self : String(decoding: result, as: UTF8.self)
    }
}
