package import Speech

/// The difference between the channels of a recording: true when each of two channels has sound that the other one lacks, as in a call with a person on
/// each side. A mix puts such sounds over each other.
///
/// A channel that follows another one, louder, quieter or turned around, has no sound of its own, and neither has a silent channel.
package struct ChannelDifference: Sendable {
    /// Length of a block, the unit in which channels are compared.
    package static let blockLength = Duration.milliseconds(100)
    /// Correlation, 0…1, from which on two channels have the same sound, with equal or opposite signs.
    private static let sameSound: Float = 0.5
    /// Energy of a sample below which a channel is silent: −50 dB of full scale.
    private static let silence: Float = 1e-5
    /// Number of blocks with sound that makes a difference: a second.
    private static let minBlocks = 10

    /// Number of blocks in which each channel has sound.
    private var heard: [Int] = []
    /// Number of blocks in which a channel with sound does not follow another channel.
    private var different = 0

    package init() {}

    /// True when two channels have sound, and not the same.
    package var isFound: Bool { different >= Self.minBlocks && heard.count { $0 >= Self.minBlocks } > 1 }

    /// Takes the next block of a recording.
    ///
    /// - Parameter channels: samples of each channel, −1…1. The number of channels stays the same.
    package mutating func add(_ channels: [[Float]]) {
        if heard.isEmpty { heard = Array(repeating: 0, count: channels.count) }
        guard channels.count == heard.count, let count = channels.map(\.count).min(), count > 0 else { return }
        let energies = channels.map { Self.product($0, $0, count) }
        let audible = channels.indices.filter { energies[$0] / Float(count) >= Self.silence }
        for channel in audible { heard[channel] += 1 }
        guard let loudest = audible.max(by: { energies[$0] < energies[$1] }) else { return }
        let isAlike = channels.indices.allSatisfy { channel in
            guard channel != loudest else { return true }
            let product = Self.product(channels[channel], channels[loudest], count)
            return product * product >= Self.sameSound * Self.sameSound * energies[channel] * energies[loudest] && energies[channel] > 0
        }
        if !isAlike { different += 1 }
    }

    private static func product(_ first: [Float], _ second: [Float], _ count: Int) -> Float {
        var sum: Float = 0
        for index in 0..<count { sum += first[index] * second[index] }
        return sum
    }
}

extension ChannelDifference {
    /// Amount of a recording that is looked through at most: who speaks in the other channel does so by then, and the look costs little.
    private static let longestLook = Duration.seconds(120)

    /// Returns the number of a recording's channels if a mix of them puts different sounds over each other; nil if not, or when the recording cannot be
    /// decoded. Blocks until the difference is found, or two minutes of sound are decoded.
    package static func channelCount(of recording: Recording) -> Int? {
        guard let media = try? MediaFile(recording, channels: .separate) else { return nil }
        return channelCount(in: media)
    }

    /// Returns the number of channels if a mix of them puts different sounds over each other; nil if not. Blocks until the difference is found, or two
    /// minutes of sound are decoded.
    ///
    /// - Parameter media: the recording from its start, with its channels separate.
    package static func channelCount(in media: any DecodedMedia) -> Int? {
        guard media.channelCount > 1 else { return nil }
        var difference = ChannelDifference()
        let block = SampleCount(blockLength, at: media.rate), end = SampleIndex.zero + SampleCount(longestLook, at: media.rate)
        while !difference.isFound, let heard = (try? media.next(block)) ?? nil, heard.start < end { difference.add(heard.channels) }
        return difference.isFound ? media.channelCount : nil
    }
}
