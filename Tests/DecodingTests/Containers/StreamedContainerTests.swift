import Audio
import Foundation
import HarkenTesting
import Speech
import Testing

/// Containers that arrive live, in pieces: their sound, and what is told about it.
@Suite(.hangLimit, .needs(MadeMedia.isPossible, "ffmpeg is not installed"))
struct `Containers that are streamed` {
    private let folder = TemporaryFolder()

    /// What a stream gives.
    private struct Heard {
        var samples: [Float] = []
        var notices: [RecordingNotice] = []
        var end: StreamDecoderEvent?

        init(_ bytes: [UInt8]) async throws {
            let (wakes, ready) = AsyncStream.makeStream(of: Void.self)
            let decoder = try StreamDecoder(.container, channels: .mixed) { ready.yield() }
            for start in stride(from: 0, to: bytes.count, by: 1_000) {
                let piece = Array(bytes[start..<min(bytes.count, start + 1_000)])
                decoder.push(piece.span.bytes) { _ in }
            }
            decoder.finish()
            var iterator = wakes.makeAsyncIterator()
            while end == nil {
                guard let event = decoder.next() else {
                    await iterator.next()
                    continue
                }
                switch event {
                case .opened: break
                case .pcm(let bytes):
                    samples += stride(from: 0, to: bytes.count - 1, by: 2).map {
                        Float(Int16(truncatingIfNeeded: Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8)) / 32_768
                    }
                case .notice(let notice): notices.append(notice)
                case .ended, .failed: end = event
                }
            }
        }

        /// Seconds at which tones begin.
        var tones: [Double] { Tones.starts(in: samples) }
    }

    /// The containers that can be streamed: those that need nothing from their end.
    static let all = Muxing.all.filter { muxing in
        muxing.cut == .told && muxing.features.isSuperset(of: [.hole, .tracks])
            && (["mkv", "mka", "webm", "ogv", "opus", "oga", "spx", "ts", "m2ts"].contains(String(muxing.file.split(separator: ".").last ?? ""))
                || muxing.file == "fragments.mp4")
    }

    private func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

    @Test(arguments: all) func `have their sound in its place, and tell holes, tracks and a cut`(muxing: Muxing) async throws {
        let whole = try muxing.make(in: folder), all = try bytes(whole)
        let heard = try await Heard(all)
        #expect(heard.end == .ended && heard.notices == [] && Tones.isNear(heard.tones, muxing.tones), "whole: \(heard.notices) \(heard.tones)")
        let holed = try await Heard(bytes(muxing.makeHole(of: whole, in: folder)))
        #expect(Tones.isNear(holed.tones, [Muxing.tones[0], Muxing.tones[1] + 2]), "hole: \(holed.tones)")
        #expect(holed.notices.map(\.name) == ["holes"], "hole: \(holed.notices)")
        let tracks = try await Heard(bytes(muxing.makeTracks(in: folder)))
        #expect(tracks.notices.map(\.name) == ["other_tracks"], "two tracks: \(tracks.notices)")
        let cut = try await Heard(bytes(muxing.makeCut(of: whole, in: folder)))
        #expect(cut.end == .ended && cut.notices.map(\.name) == ["cut"], "cut: \(cut.notices)")
        guard case .cut(let at, nil)? = cut.notices.first else {
            Issue.record("cut: \(cut.notices)")
            return
        }
        #expect(abs(at / .seconds(1) - Double(cut.samples.count) / 16_000) < 0.1, "cut")
    }

    /// Without AAC in transport streams of cameras, whose codec is known only from its packets: of a live stream so much is not read ahead. Cameras
    /// write AC-3, which the stream names.
    @Test(arguments: all.filter { $0.features.contains(.offset) && $0.file != "camera.m2ts" })
    func `have their sound where a player has it, late or late together with the picture`(muxing: Muxing) async throws {
        let late = try await Heard(bytes(muxing.make(in: folder, offset: 2)))
        #expect(late.end == .ended && late.notices == [], "late: \(late.end) \(late.notices)")
        #expect(Tones.isNear(late.tones, Muxing.tones.map { $0 + 2 }), "late: \(late.tones)")
        let shifted = try await Heard(bytes(muxing.make(in: folder, shift: 2))), start = muxing.startsAtZero ? 2.0 : 0
        #expect(shifted.end == .ended && shifted.notices == [], "shifted: \(shifted.notices)")
        #expect(Tones.isNear(shifted.tones, Muxing.tones.map { $0 + start }), "shifted: \(shifted.tones)")
    }

    static let ogg = [
        Muxing("lost.opus", "libopus", container: "-page_duration 200000"), Muxing("lost.oga", "libvorbis", container: "-page_duration 200000"),
        Muxing("lost.flac.oga", "flac -frame_size 1600", container: "-page_duration 200000"),
        Muxing("lost.spx", "libspeex", container: "-page_duration 200000"),
    ]

    @Test(arguments: ogg) func `with lost pages of Ogg have silence of their length`(muxing: Muxing) async throws {
        let hertz = muxing.file == "lost.opus" ? 48_000.0 : 16_000
        var kept: [UInt8] = [], lostFrom: Double?, lostTo = 0.0, last = 0.0
        for page in try OggPage.all(in: bytes(muxing.make(in: folder))) {
            let end = Double(page.end) / hertz
            if end > 1.7, end <= 2.7 {
                if lostFrom == nil { lostFrom = last }
                lostTo = end
            } else {
                kept += page.bytes
            }
            last = end
        }
        let heard = try await Heard(kept)
        #expect(Tones.isNear(heard.tones, Muxing.tones), "\(heard.tones)")
        #expect(abs(Double(heard.samples.count) / 16_000 - 5) < 0.1)
        let from = try #require(lostFrom)
        guard case .holes(count: 1, total: let total, first: let first)? = heard.notices.first, heard.notices.count == 1 else {
            Issue.record("\(heard.notices)")
            return
        }
        #expect(abs(first / .seconds(1) - from) < 0.1 && abs(total / .seconds(1) - (lostTo - from)) < 0.1, "\(first) \(total)")
        // A file of the same bytes has the same sound.
        let file = try MediaFile(Recording(path: folder.write(Data(kept), as: "lost-" + muxing.file)))
        var count = 0
        while let block = try file.next() { count += Int(block.count.samples) }
        #expect(abs(count - heard.samples.count) < 800)
        #expect(file.notices.contains { $0.name == "holes" }, "\(file.notices)")
    }

    @Test func `with lost clusters of WebM have silence of their length`() async throws {
        let live = Muxing("live.webm", "libopus", container: "-live 1 -cluster_time_limit 200")
        let all = try bytes(live.make(in: folder)), mark: [UInt8] = [0x1F, 0x43, 0xB6, 0x75]
        let starts = all.indices.dropLast(30).filter { all[$0..<$0 + 4].elementsEqual(mark) }
        #expect(starts.count > 10)
        var kept = Array(all.prefix(starts.first ?? 0))
        for (number, start) in starts.enumerated() {
            let time = try #require(clusterTime(all[start..<start + 30]))
            if !(1.7...2.7).contains(time) { kept += all[start..<(number + 1 < starts.count ? starts[number + 1] : all.count)] }
        }
        let heard = try await Heard(kept)
        #expect(Tones.isNear(heard.tones, Muxing.tones), "\(heard.tones)")
        guard case .holes(count: 1, total: let total, first: let first)? = heard.notices.first, heard.notices.count == 1 else {
            Issue.record("\(heard.notices)")
            return
        }
        #expect((1.5...2).contains(first / .seconds(1)) && (0.7...1.3).contains(total / .seconds(1)), "\(first) \(total)")
    }

    /// The time of a cluster in seconds: its element E7.
    private func clusterTime(_ cluster: ArraySlice<UInt8>) -> Double? {
        let body = cluster.dropFirst(4)
        guard let place = body.indices.first(where: { body[$0] == 0xE7 && $0 + 1 < body.endIndex && body[$0 + 1] & 0xF0 == 0x80 }) else { return nil }
        let count = Int(body[place + 1] & 0x0F)
        return Double(body[(place + 2)...].prefix(count).reduce(0) { $0 << 8 | Int($1) }) / 1_000
    }
}
