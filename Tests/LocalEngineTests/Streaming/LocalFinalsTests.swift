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

    /// A way in which a clip is heard again.
    private struct Way: Sendable {
        /// Length of a frame in milliseconds; nil: all audio at once.
        var frames: Int?
        /// Number of streams that run at the same time.
        var atOnce: Int
        var interims: Bool
    }

    /// A clip that is heard again in one way.
    private struct Pass: Sendable {
        let index: Int
        let way: Way
    }

    private static let alone = [20, 50, 250].map { Way(frames: $0, atOnce: 1, interims: true) }
    /// Interims cost as much as the finals, so not every way has them.
    private static let besideOthers = [
        Way(frames: nil, atOnce: 4, interims: false), Way(frames: 20, atOnce: 4, interims: true), Way(frames: 50, atOnce: 4, interims: false),
        Way(frames: 250, atOnce: 4, interims: true),
    ]

    /// Returns the ways in which a clip is compared with itself alone and all at once.
    ///
    /// In the gate each clip has two, and each way has two clips or more: captions, and quick finals. The whole matrix has all ways for each clip, and
    /// those of four at a time with interims too.
    private static func ways(ofClip index: Int) -> [Way] {
        guard !TestMatrices.areWhole else {
            let others = besideOthers.filter { !$0.interims }.map { Way(frames: $0.frames, atOnce: $0.atOnce, interims: true) }
            return alone + besideOthers + others
        }
        // Two clips that follow each other have the two settings of finals.
        let pair = index / 2
        let second = pair.isMultiple(of: 2) ? alone[pair / 2 % alone.count] : besideOthers[(pair + 1) % besideOthers.count]
        return [besideOthers[pair % besideOthers.count], second]
    }

    /// What is said in each pass, in the order of the passes.
    private static func said(_ passes: [Pass], of clips: [Clip], atOnce: Int) async -> [[EngineEvent]] {
        await withTaskGroup(of: (Int, [EngineEvent]).self) { group in
            var done: [Int: [EngineEvent]] = [:]
            for (number, pass) in passes.enumerated() {
                if number >= atOnce, let (earlier, events) = await group.next() { done[earlier] = events }
                group.addTask { (number, await said(clips[pass.index], frames: pass.way.frames, interims: pass.way.interims)) }
            }
            for await (number, events) in group { done[number] = events }
            return passes.indices.compactMap { done[$0] }
        }
    }

    /// The speakers of words are no part of an engine's finals. `Speakers of live speech` compares them by the voice model, and
    /// `scripts/play paced-finals` over the gateway's protocols, with a German clip and with streams that change their language.
    @Test func `are the same in frames of any length, alone and beside other streams`() async throws {
        let clips = try Self.made()
        let first = clips.indices.map { Pass(index: $0, way: Way(frames: nil, atOnce: 1, interims: false)) }
        let expected = await Self.said(first, of: clips, atOnce: 1)
        for events in expected {
            let words: [Word] = events.flatMap { event -> [Word] in if case .final(let final, _) = event { final.words } else { [] } }
            #expect(!words.isEmpty && events.last == .closed(nil))
        }
        let passes = clips.indices.flatMap { index in Self.ways(ofClip: index).map { Pass(index: index, way: $0) } }
        let met = Set(passes.map { [$0.way.frames ?? 0, $0.way.atOnce] })
        #expect(met.count == Self.alone.count + Self.besideOthers.count, "a way has no clip")
        for atOnce in [1, 4] {
            let some = passes.filter { $0.way.atOnce == atOnce }
            let all = await Self.said(some, of: clips, atOnce: atOnce)
            #expect(all.count == some.count)
            for (pass, other) in zip(some, all) {
                let way = pass.way
                #expect(
                    expected[pass.index] == other,
                    "clip \(pass.index) in frames of \(way.frames ?? 0) ms, \(atOnce) at once, interims: \(way.interims)")
            }
        }
    }
}
