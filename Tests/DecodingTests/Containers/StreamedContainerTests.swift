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

        /// Decodes a recording.
        init(recorded path: String) throws {
            let file = try MediaFile(Recording(path: path))
            while let block = try file.next() { samples += block.channels[0] }
            notices = file.notices
        }

        /// Seconds at which tones begin.
        var tones: [Double] { Tones.starts(in: samples) }
        /// Seconds of the sound.
        var seconds: Double { Double(samples.count) / 16_000 }
    }

    /// The containers that arrive live like this.
    private static func all(_ streaming: Muxing.Streaming) -> [Muxing] { Muxing.asked.filter { $0.reason(streamed: streaming) == nil } }

    private func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

    private func hear(_ path: String) async throws -> Heard {
        let heard = try await Heard(bytes(path))
        #expect(heard.end == .ended, "\(heard.end)")
        return heard
    }

    @Test(arguments: all(.whole)) func `have their sound in its place`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.make(in: folder))
        #expect(heard.notices == [] && Tones.isNear(heard.tones, muxing.liveTones), "\(heard.notices) \(heard.tones)")
        #expect(abs(heard.seconds - 5) < 0.35, "\(heard.seconds)")
    }

    @Test(arguments: all(.late)) func `have sound where a player has it that begins after the picture`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.make(in: folder, offset: 2))
        #expect(heard.notices == [] && Tones.isNear(heard.tones, Muxing.tones.map { $0 + 2 }), "\(heard.notices) \(heard.tones)")
    }

    @Test(arguments: all(.shifted)) func `have sound where a player has it that begins late with the picture`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.make(in: folder, shift: 2)), start = muxing.startsAtZero ? 2.0 : 0
        #expect(heard.notices == [] && Tones.isNear(heard.tones, Muxing.tones.map { $0 + start }), "\(heard.notices) \(heard.tones)")
    }

    @Test(arguments: all(.hole)) func `tell of a hole, and have silence of its length`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.makeHole(in: folder))
        #expect(Tones.isNear(heard.tones, [Muxing.tones[0], Muxing.tones[1] + 2]), "\(heard.tones)")
        #expect(heard.notices.map(\.name) == ["holes"], "\(heard.notices)")
    }

    @Test(arguments: all(.tracks)) func `tell of other sound tracks, and have that of the first`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.makeTracks(in: folder))
        #expect(heard.notices == [.otherTracks(heard: 1, total: 2, names: names(heard))] && heard.tones == [], "\(heard.notices) \(heard.tones)")
    }

    @Test(arguments: all(.marked)) func `have the sound of the track that they mark`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.makeMarked(in: folder))
        #expect(heard.notices == [.otherTracks(heard: 2, total: 2, names: names(heard))], "\(heard.notices)")
        #expect(Tones.isNear(heard.tones, Muxing.tones.map { $0 + 1 }), "\(heard.tones)")
    }

    /// The names that a file gives its tracks; they differ by the container.
    private func names(_ heard: Heard) -> [String] { if case .otherTracks(_, _, let names)? = heard.notices.first { names } else { [] } }

    @Test(arguments: all(.cut)) func `tell that they are cut off`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.makeCut(of: muxing.make(in: folder), in: folder))
        if let first = heard.tones.first { #expect(abs(first - muxing.liveTones[0]) <= 0.05, "\(first)") }
        // A cut between the packets of sound is not seen in some containers.
        let names = heard.notices.map(\.name)
        #expect(muxing.showsLiveCut ? names == ["cut"] : Set(names).isSubset(of: ["cut", "damaged"]), "\(names)")
        guard case .cut(let at, let length)? = heard.notices.first(where: { $0.name == "cut" }) else { return }
        #expect(abs(at / .seconds(1) - heard.seconds) < 0.1 && length == nil, "\(heard.notices)")
    }

    @Test(arguments: all(.damaged)) func `that are broken in their middle have their sound in its place`(muxing: Muxing) async throws {
        // Behind damage only formats with times have it there.
        let heard = try await hear(muxing.makeDamaged(in: folder)), wanted = muxing.damage == .told ? muxing.tones : [muxing.tones[0]]
        for tone in wanted { #expect(heard.tones.contains { abs($0 - tone) <= 0.05 }, "\(heard.tones)") }
        if muxing.damage == .told { #expect(!Set(heard.notices.map(\.name)).isDisjoint(with: ["holes", "damaged", "cut"]), "\(heard.notices)") }
    }

    @Test(arguments: all(.lossy)) func `with lost packets of a transport stream have silence of their length`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.makeLossy(in: folder))
        for tone in muxing.tones { #expect(heard.tones.contains { abs($0 - tone) <= 0.05 }, "\(heard.tones)") }
        guard case .holes(count: 1, total: let total, first: let first)? = heard.notices.first(where: { $0.name == "holes" }) else {
            Issue.record("\(heard.notices)")
            return
        }
        #expect((1.2...2.3).contains(first / .seconds(1)) && (0.2...1.2).contains(total / .seconds(1)), "\(first) \(total)")
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

    /// Sound of AVI whose packets have wrong times by libav.
    static let mistimed = Muxing.all.filter { $0.suffix == "avi" && ["eac3", "dca", "libvorbis"].contains($0.sound.first) }

    @Test(arguments: mistimed) func `of AVI have their sound where its samples are, live and recorded`(muxing: Muxing) async throws {
        let path = try muxing.make(in: folder), live = try await hear(path), file = try Heard(recorded: path)
        #expect(live.notices == [] && Tones.isNear(live.tones, Muxing.tones), "\(live.notices) \(live.tones)")
        #expect(abs(live.seconds - 5) < 0.1, "\(live.seconds)")
        #expect(file.notices == [] && Tones.isNear(file.tones, Muxing.tones), "\(file.notices) \(file.tones)")
        // One frame of the picture more or less.
        #expect(abs(file.seconds - Muxing.pictureLength) < 0.25, "\(file.seconds)")
        let late = try Heard(recorded: muxing.make(in: folder, offset: 2))
        #expect(late.notices == [] && Tones.isNear(late.tones, Muxing.tones.map { $0 + 2 }), "\(late.notices) \(late.tones)")
    }

    @Test func `of bare AAC whose rate rises in the middle have all sound in its place, live and recorded`() async throws {
        let low = Muxing("low.aac", "aac", container: "-f adts"), high = Muxing("high.aac", "aac -ar 48000", container: "-f adts")
        let joined = try bytes(low.make(in: folder)) + bytes(high.make(in: folder))
        let live = try await Heard(joined), file = try Heard(recorded: folder.write(Data(joined), as: "joined.aac"))
        // Each part has the encoder's delay in front, and ends with a whole frame.
        let wanted = Muxing.tones.map { $0 + 0.064 } + Muxing.tones.map { $0 + 5.14 }
        for heard in [live, file] {
            let isNear = heard.tones.count == 4 && zip(heard.tones, wanted).allSatisfy { abs($0 - $1) < 0.15 }
            #expect(heard.notices == [] && isNear, "\(heard.notices) \(heard.tones)")
        }
        #expect(abs(file.seconds - live.seconds) < 0.05, "\(file.seconds) \(live.seconds)")
    }

    /// Returns the bytes of one of the files of `Muxing.all`.
    private func link(_ file: String) throws -> [UInt8] {
        let muxing = try #require(Muxing.all.first(where: { $0.file == file }))
        return try bytes(muxing.make(in: folder))
    }

    @Test(arguments: [["tone.opus", "tone.oga"], ["tone.oga", "flac.oga"], ["flac.oga", "tone.opus", "tone.oga"]])
    func `of Ogg whose links have other codecs have the sound of each, live and recorded`(links: [String]) async throws {
        let chain = try links.flatMap { try link($0) }
        let live = try await Heard(chain), file = try Heard(recorded: folder.write(Data(chain), as: "chain-" + links.joined(separator: "-")))
        #expect(live.end == .ended, "\(live.end)")
        let wanted = links.indices.flatMap { number in Muxing.tones.map { $0 + 5 * Double(number) } }
        for heard in [live, file] {
            let isNear = heard.tones.count == wanted.count && zip(heard.tones, wanted).allSatisfy { abs($0 - $1) < 0.1 }
            #expect(heard.notices == [] && isNear, "\(heard.notices) \(heard.tones)")
            #expect(abs(heard.seconds - 5 * Double(links.count)) < 0.1, "\(heard.seconds)")
        }
    }

    @Test func `of Ogg whose second link cannot be decoded say so, live and recorded`() async throws {
        // The first page of Vorbis names the codec, and the pages with its tables are missing.
        let pages = OggPage.all(in: try link("tone.oga")), first = try #require(pages.first), chain = try link("tone.opus") + first.bytes
        let live = try await Heard(chain), file = try Heard(recorded: folder.write(Data(chain), as: "headless-chain.opus"))
        #expect(live.notices.map(\.name) == ["cut"] && Tones.isNear(live.tones, Muxing.tones), "\(live.notices) \(live.tones)")
        #expect([["cut"], ["damaged"]].contains(file.notices.map(\.name)), "\(file.notices)")
        #expect(Tones.isNear(file.tones, Muxing.tones), "\(file.tones)")
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
