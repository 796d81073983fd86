package import Speech

/// A change of shown words, as a live transcript keeps it.
///
/// Little-endian: channel (2) · 1 for an interim. An interim goes on with kept (4) · count of words (4) · engine (2 + bytes) · then for each word the
/// samples from its start to the end of the audio received (4), its length in samples (4) and its text (2 + bytes). A final goes on with the position
/// through which words are final (8). The end of the audio received is the entry's position. Confidences, speakers and languages are not kept: they
/// are not shown.
package enum ShownRecord {
    package static func encode(_ shown: ShownWords) -> [UInt8] {
        switch shown.change {
        case .interim(let kept, let words, let engine):
            let name = engine.rawValue
            var record = RecordWriter(capacity: words.reduce(13 + name.utf8.count) { $0 + 10 + $1.text.utf8.count })
            record.put(UInt16(truncatingIfNeeded: shown.channel.number))
            record.put(UInt8(1))
            record.put(UInt32(truncatingIfNeeded: kept))
            record.put(UInt32(truncatingIfNeeded: words.count))
            record.put(text: name)
            for word in words {
                record.put(Int32(clamping: shown.received.samples - word.range.start.samples))
                record.put(UInt32(clamping: word.range.count.samples))
                record.put(text: word.text)
            }
            return record.bytes
        case .final(let position):
            var record = RecordWriter(capacity: 11)
            record.put(UInt16(truncatingIfNeeded: shown.channel.number))
            record.put(UInt8(0))
            record.put(position.samples)
            return record.bytes
        }
    }

    /// Returns the change; nil when the bytes are not what `encode` writes.
    ///
    /// - Parameter received: end of the audio that had been received by then.
    package static func decode(_ bytes: ArraySlice<UInt8>, received: SampleIndex) -> ShownWords? {
        var record = RecordReader(bytes)
        guard let channel: UInt16 = record.take(), let isInterim: UInt8 = record.take() else { return nil }
        let change: ShownWords.Change
        if isInterim == 1 {
            guard let kept: UInt32 = record.take(), let count: UInt32 = record.take(), let engine = record.takeText() else { return nil }
            var words: [Word] = []
            for _ in 0..<count {
                guard let before: Int32 = record.take(), let length: UInt32 = record.take(), let text = record.takeText() else { return nil }
                let range = SampleRange(SampleIndex(received.samples - Int64(before)), count: SampleCount(Int64(length)))
                words.append(Word(text, range, confidence: 0))
            }
            change = .interim(kept: Int(kept), words: words[...], EngineName(engine))
        } else {
            guard let position: Int64 = record.take() else { return nil }
            change = .final(through: SampleIndex(position))
        }
        return ShownWords(channel: ChannelIndex(Int(channel)), received: received, change: change)
    }
}
