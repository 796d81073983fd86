internal import Framing
internal import Live
internal import Speech

/// The loudness of a conversation in equal parts of its time.
struct LevelPicture: Sendable, Equatable {
    let duration: Duration
    /// The highest level in each part, 0 to 255; nil where there is no audio.
    private(set) var levels: [UInt8?]

    init(parts: Int, duration: Duration) {
        self.duration = duration
        levels = Array(repeating: nil, count: parts)
    }

    /// Adds the levels of a file, `AudioPeaks.perSecond` in each second.
    ///
    /// - Parameter start: start of the file in the conversation; negative when the conversation begins within the file.
    mutating func add(_ peaks: [UInt8], from start: Duration) {
        guard duration > .zero else { return }
        for (index, peak) in peaks.enumerated() {
            let begin = start + .seconds(index) / AudioPeaks.perSecond, end = begin + .seconds(1) / AudioPeaks.perSecond
            guard end > .zero, begin < duration else { continue }
            let first = max(0, min(levels.count - 1, Int(begin / duration * Double(levels.count))))
            // A file may have fewer levels than the picture has parts in its time.
            let last = max(first, min(levels.count, Int((end / duration * Double(levels.count)).rounded(.up))) - 1)
            for part in first...min(last, levels.count - 1) { levels[part] = max(levels[part] ?? 0, peak) }
        }
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("duration", duration / .seconds(1), decimals: 3)
        json.key("peaks")
        json.beginArray()
        for level in levels { if let level { json.value(Double(level) / 255, decimals: 3) } else { json.null() } }
        json.endArray()
        json.endObject()
    }
}
