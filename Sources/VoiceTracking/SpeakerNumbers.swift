internal import Speech

/// The numbers by which a client knows the speakers of one channel: an engine's own number where it is free, otherwise the next one, in order of
/// appearance.
struct SpeakerNumbers: Sendable {
    private var numbers: [Int: Int] = [:]
    private var used: Set<Int> = []

    /// - Parameter ownLabels: the first label that no engine has given.
    mutating func number(_ words: inout [Word], ownLabels: Int) {
        for index in words.indices {
            guard let label = words[index].speaker?.number else { continue }
            words[index].speaker = SpeakerLabel(number(of: label, isOwn: label >= ownLabels))
        }
    }

    private mutating func number(of label: Int, isOwn: Bool) -> Int {
        if let number = numbers[label] { return number }
        var number = isOwn ? 0 : label
        while used.contains(number) { number += 1 }
        used.insert(number)
        numbers[label] = number
        return number
    }
}
