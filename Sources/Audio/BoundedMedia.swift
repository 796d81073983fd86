package import Speech

/// A media source that rejects recordings of another source above a maximum duration.
///
/// A file of a few hundred kilobytes can hold days of silence. Therefore the duration of the decoded audio is limited, not the size of the file.
package struct BoundedMedia: MediaSource {
    private let source: any MediaSource
    private let longest: Duration

    /// - Parameter longest: maximum duration of the decoded audio; longer audio fails with `.tooLong`.
    package init(_ source: any MediaSource, longest: Duration) {
        self.source = source
        self.longest = longest
    }

    package func turn(for recording: Recording) async throws(MediaError) -> any MediaTurn {
        Turn(turn: try await source.turn(for: recording), longest: longest)
    }

    private struct Turn: MediaTurn {
        let turn: any MediaTurn
        let longest: Duration

        func open(rate: SampleRate, channels: ChannelTreatment) throws(MediaError) -> sending any DecodedMedia {
            let media = try turn.open(rate: rate, channels: channels)
            // A recording whose container declares too great a length is rejected before it is decoded.
            if let length = media.length, !media.isLengthGuessed, length > SampleCount(longest, at: media.rate) { throw .tooLong(longest) }
            return Blocks(media, longest: longest)
        }
    }

    private final class Blocks: DecodedMedia {
        private let media: any DecodedMedia
        private let longest: Duration
        private let limit: SampleIndex

        init(_ media: sending any DecodedMedia, longest: Duration) {
            self.media = media
            self.longest = longest
            limit = .zero + SampleCount(longest, at: media.rate)
        }

        var rate: SampleRate { media.rate }
        var channelCount: Int { media.channelCount }
        var length: SampleCount? { media.length }
        var isLengthGuessed: Bool { media.isLengthGuessed }
        var skippedPackets: Int { media.skippedPackets }
        var isPlain: Bool { media.isPlain }
        var notices: [RecordingNotice] { media.notices }
        var recorded: UnixTime? { media.recorded }

        func next(_ count: SampleCount) throws(MediaError) -> AudioBlock? {
            guard let block = try media.next(count) else { return nil }
            guard block.start + block.count <= limit else { throw .tooLong(longest) }
            return block
        }
    }
}
