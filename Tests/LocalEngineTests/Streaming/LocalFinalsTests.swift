import Audio
import HarkenTesting
import LocalEngine
import Speech
import Testing

/// Real models over real speech: what a stream says for good is the same however its audio comes and whatever runs beside it.
@Suite(.needs(TestModels.areThere, TestModels.needed), .serialized) struct `Finals of the local engine` {
    private static let engine = LocalEngine(TestModels.folder, pool: 2)
    private static let clips =
        ["beckett.wav"] + (1...5).map { "cards/00\($0).wav" }
        + ["0870", "0880", "0890", "0920", "0930"].map { "librivox/sense_and_sensibility_01_austen_64kb-\($0).wav" }

    /// The stream of one clip, or of two that follow each other.
    private struct Clip: Sendable {
        let audio: [UInt8]
        let options: StreamOptions
    }

    /// The clips with a second of silence behind each; every other one as captions.
    private static func made() throws -> [Clip] {
        let single = try clips.map { try TestModels.samples($0) + [Float](repeating: 0, count: 16_000) }
        return (single + [single[6] + single[8]]).enumerated().map { index, samples in
            var audio: [UInt8] = []
            PCM.appendLinear16(samples.span, to: &audio)
            let endpointing: Duration? = index.isMultiple(of: 2) ? nil : .milliseconds(300)
            return Clip(audio: audio, options: StreamOptions(rate: .speech, language: .english, endpointing: endpointing))
        }
    }

    /// What a stream says for good: all but interims and notices.
    ///
    /// - Parameter milliseconds: length of a frame; nil: all audio at once.
    private static func said(_ clip: Clip, frames milliseconds: Int?, interims: Bool) async -> [EngineEvent] {
        var options = clip.options
        options.interims = interims
        let (events, heard) = AsyncStream.makeStream(of: EngineEvent.self)
        let stream = engine.open(options) { event in
            heard.yield(event)
            if case .closed = event { heard.finish() }
        }
        let size = milliseconds.map { $0 * 32 } ?? clip.audio.count
        for start in stride(from: 0, to: clip.audio.count, by: size) {
            let frame = Array(clip.audio[start..<min(start + size, clip.audio.count)])
            stream.send(frame.span.bytes)
        }
        stream.send(.finish)
        var all: [EngineEvent] = []
        for await event in events {
            switch event {
            case .interim, .notice: continue
            default: all.append(event)
            }
        }
        return all
    }

    /// What each clip's stream says, in the order of the clips.
    private static func said(
        _ clips: [Clip], frames milliseconds: Int?, atOnce: Int, interims: Bool
    ) async -> [[EngineEvent]] {
        await withTaskGroup(of: (Int, [EngineEvent]).self) { group in
            var done: [Int: [EngineEvent]] = [:]
            for (index, clip) in clips.enumerated() {
                if index >= atOnce, let (number, events) = await group.next() { done[number] = events }
                group.addTask { (index, await said(clip, frames: milliseconds, interims: interims)) }
            }
            for await (number, events) in group { done[number] = events }
            return clips.indices.compactMap { done[$0] }
        }
    }

    @Test func `are the same in frames of any length, alone and beside other streams`() async throws {
        let clips = try Self.made()
        let alone = await Self.said(clips, frames: nil, atOnce: 1, interims: false)
        for events in alone {
            let words: [Word] = events.flatMap { event -> [Word] in if case .final(let final, _) = event { final.words } else { [] } }
            #expect(!words.isEmpty && events.last == .closed(nil))
        }
        // Interims cost as much as the finals. The whole matrix has them everywhere.
        var ways: [(frames: Int?, atOnce: Int, interims: Bool)] = [(20, 4, true), (nil, 4, false)]
        if TestMatrices.areWhole {
            ways += [(50, 4, false), (250, 4, false), (20, 1, true), (50, 1, true), (250, 1, true), (50, 4, true), (250, 4, true), (nil, 4, true)]
        }
        for way in ways {
            let all = await Self.said(clips, frames: way.frames, atOnce: way.atOnce, interims: way.interims)
            for (index, (one, other)) in zip(alone, all).enumerated() {
                #expect(one == other, "clip \(index) in frames of \(way.frames ?? 0) ms, \(way.atOnce) at once, interims: \(way.interims)")
            }
        }
    }
}
