import Audio
import Decoding
import Foundation
import HarkenTesting
import Speech
import Testing

/// Containers × codecs × {late sound, hole, two tracks, marked track, cut}, in the confined decoder.
@Suite(.hangLimit, .needs(BuiltHarken.isThere, "harken is not built"), .needs(MadeMedia.isPossible, "ffmpeg is not installed"))
struct `Files in every container` {
    private let folder = TemporaryFolder()

    /// What a file gives.
    private struct Heard {
        var channels: [[Float]]
        var notices: [RecordingNotice]
        var skippedPackets: Int
        /// Seconds that the container declares; nil when it does not tell.
        var told: Double?

        /// Seconds at which tones begin.
        var tones: [Double] { Tones.starts(in: channels[0]) }
        var seconds: Double { Double(channels[0].count) / 16_000 }
    }

    private let workers: DecodeWorkers

    init() throws { workers = try DecodeWorkers(.init(executable: BuiltHarken.path)) }

    private func hear(_ path: String, tracks: TrackChoice = .usual, channels: ChannelTreatment = .mixed) async throws -> Heard {
        var recording = Recording(path: path)
        recording.tracks = tracks
        let media = try await workers.turn(for: recording).open(rate: .speech, channels: channels)
        var heard = Array(repeating: [Float](), count: media.channelCount)
        while let block = try media.next() {
            for channel in heard.indices { heard[channel] += block.channels[channel] }
        }
        let told = media.length.map { Double($0.samples) / 16_000 }
        return Heard(channels: heard, notices: media.notices, skippedPackets: media.skippedPackets, told: told)
    }

    @Test(arguments: Muxing.asked)
    func `have their sound where a player has it, late, holed, on two tracks or cut`(muxing: Muxing) async throws {
        let whole = try muxing.make(in: folder)
        try await checkWhole(whole, muxing)
        try await checkLateSound(muxing)
        try await checkHole(muxing)
        try await checkTracks(whole, muxing)
        try await checkCut(whole, muxing)
    }

    @Test(arguments: ["mp4", "m4a", "mov", "3gp", "mkv", "mka", "webm"]) func `tell when they were recorded`(suffix: String) async throws {
        let codec = suffix == "webm" ? "libopus" : "aac"
        for time in ["2025-03-04T05:06:07.000Z", nil] {
            let path = folder.path(of: "\(time == nil ? "timeless" : "timed").\(suffix)"),
                tag = time.map { ["-metadata", "creation_time=" + $0] } ?? []
            try MadeMedia.make(["-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono:d=1", "-c:a", codec] + tag, to: path)
            let media = try await workers.turn(for: Recording(path: path)).open(rate: .speech, channels: .mixed)
            #expect(media.recorded?.rfc3339 == time, "\(suffix)")
        }
    }

    @Test func `of Android tell when they were recorded, where the file has the time of the end`() async throws {
        let path = folder.path(of: "android.mp4"), stopped = try #require(UnixTime(rfc3339: "2025-03-04T05:06:07Z"))
        let tags = ["-metadata", "creation_time=2025-03-04T05:06:07Z", "-metadata", "com.android.version=14", "-movflags", "use_metadata_tags"]
        try MadeMedia.make(["-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono:d=3", "-c:a", "aac"] + tags, to: path)
        let media = try await workers.turn(for: Recording(path: path)).open(rate: .speech, channels: .mixed)
        let began = try #require(media.recorded), length = stopped - began
        #expect(length > .seconds(2.9) && length < .seconds(3.1), "\(began.rfc3339)")
    }

    private func checkWhole(_ path: String, _ muxing: Muxing) async throws {
        let heard = try await hear(path)
        #expect(Tones.isNear(heard.tones, muxing.tones), "whole: \(heard.tones)")
        #expect(heard.notices == [], "whole")
        #expect(heard.skippedPackets == 0, "whole")
        let length = muxing.picture == nil ? 5 : Muxing.pictureLength
        #expect(abs(heard.seconds - length) <= muxing.lengthTolerance, "whole: \(heard.seconds)")
    }

    private func checkLateSound(_ muxing: Muxing) async throws {
        guard let late = muxing.lateSeconds else { return }
        let heard = try await hear(muxing.make(in: folder, offset: 2))
        #expect(Tones.isNear(heard.tones, muxing.tones.map { $0 + late }), "late: \(heard.tones)")
        #expect(heard.notices == [], "late")
        guard ["mkv", "mka", "webm"].contains(muxing.suffix) else { return }
        let whole = muxing.picture == nil ? 7 : Muxing.pictureLength, told = heard.told ?? 0
        #expect(abs(heard.seconds - whole) <= muxing.lengthTolerance, "late: \(heard.seconds)")
        #expect(abs(told - whole) <= muxing.lengthTolerance, "late: \(told)")
    }

    private func checkHole(_ muxing: Muxing) async throws {
        // Without time stamps nothing shows a hole.
        guard muxing.features.contains(.hole) else { return }
        let heard = try await hear(muxing.makeHole(in: folder))
        #expect(Tones.isNear(heard.tones, [Muxing.tones[0], Muxing.tones[1] + 2]), "hole: \(heard.tones)")
        guard case .holes(count: 1, total: let total, first: let first)? = heard.notices.first, heard.notices.count == 1 else {
            Issue.record("hole: \(heard.notices)")
            return
        }
        #expect(abs(total / .seconds(1) - 2) < 0.1, "hole")
        // A page of Ogg has one time stamp for a second of sound.
        #expect(abs(first / .seconds(1) - 2) < 1.1, "hole: \(first)")
    }

    private func checkTracks(_ whole: String, _ muxing: Muxing) async throws {
        guard muxing.features.contains(.tracks) else {
            let only = try await hear(whole, tracks: .number(1))
            #expect(Tones.isNear(only.tones, muxing.tones), "one track: \(only.tones)")
            #expect(try await hear(whole, tracks: .all, channels: .separate).channels.count == 1, "one track")
            await #expect(throws: MediaError.undecodable("the file has 1 sound track; track 2 was asked for")) {
                _ = try await hear(whole, tracks: .number(2))
            }
            return
        }
        let path = try muxing.makeTracks(in: folder)
        let usual = try await hear(path)
        #expect(Tones.isNear(usual.tones, Muxing.tones), "two tracks: \(usual.tones)")
        #expect(usual.notices.contains(.silentTrack(1)), "two tracks")
        guard case .otherTracks(heard: 2, total: 2, names: _)? = usual.notices.first(where: { $0.name == "other_tracks" }) else {
            Issue.record("two tracks: \(usual.notices)")
            return
        }
        let first = try await hear(path, tracks: .number(1))
        #expect(first.tones == [] && first.notices.first?.name == "other_tracks", "first track: \(first.notices)")
        let all = try await hear(path, tracks: .all, channels: .separate)
        #expect(all.channels.count == 2 && all.notices == [], "all tracks: \(all.notices)")
        #expect(Tones.starts(in: all.channels[0]) == [], "all tracks")
        #expect(Tones.isNear(Tones.starts(in: all.channels[1]), Muxing.tones), "all tracks")
        let mixed = try await hear(path, tracks: .all)
        #expect(Tones.isNear(Tones.starts(in: mixed.channels[0].map { 2 * $0 }), Muxing.tones), "all tracks, mixed")
    }

    private func checkCut(_ whole: String, _ muxing: Muxing) async throws {
        let path = try muxing.makeCut(of: whole, in: folder)
        guard muxing.cut != .refused else {
            let error = await #expect(throws: MediaError.self) { _ = try await hear(path) }
            let reason = error.map { "\($0)" } ?? ""
            #expect(reason.contains("its index, which comes after its sound, is missing"), "cut: \(reason)")
            return
        }
        let heard = try await hear(path)
        #expect(heard.seconds > 0.5 && heard.seconds < (muxing.picture == nil ? 5.2 : 7.9), "cut: \(heard.seconds)")
        if let first = heard.tones.first { #expect(abs(first - muxing.tones[0]) <= 0.05, "cut: \(first)") }
        guard case .cut(let at, let length)? = heard.notices.first(where: { $0.name == "cut" }) else {
            Issue.record("cut: \(heard.notices)")
            return
        }
        #expect(abs(at / .seconds(1) - heard.seconds) < 0.1, "cut")
        if let length { #expect(length > at && muxing.declaresLength, "cut: \(length)") }
    }

    @Test(arguments: Muxing.asked.filter { $0.features.contains(.offset) })
    func `have their sound where a player has it when sound and picture begin late together`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.make(in: folder, shift: 2)), late = muxing.startsAtZero ? 2.0 : 0
        #expect(Tones.isNear(heard.tones, Muxing.tones.map { $0 + late }), "\(heard.tones)")
        #expect(heard.notices == [])
        // ffmpeg's reader of AVI tells the length of a stream without its start.
        let told = muxing.suffix == "avi" ? -late : 0
        let length = muxing.picture == nil ? 5 : Muxing.pictureLength
        #expect(abs(heard.seconds - late - told - length) <= muxing.lengthTolerance, "\(heard.seconds)")
    }

    @Test(arguments: Muxing.asked.filter(\.marksTracks))
    func `have the sound of the track that they mark`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.makeMarked(in: folder))
        #expect(Tones.isNear(heard.tones, Muxing.tones.map { $0 + 1 }), "\(heard.tones)")
        guard case .otherTracks(heard: 2, total: 2, names: _)? = heard.notices.first, heard.notices.count == 1 else {
            Issue.record("\(heard.notices)")
            return
        }
    }

    @Test(arguments: Muxing.asked.filter(\.hasEdits))
    func `begin where their edit lists say`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.makeEdited(of: muxing.make(in: folder), in: folder)), hidden = Muxing.hiddenSeconds
        #expect(Tones.isNear(heard.tones, muxing.tones.map { $0 - hidden }), "\(heard.tones)")
        #expect(heard.notices == [])
        // The edit begins within a frame of the picture, which lasts 0.2 s.
        #expect(abs(heard.seconds + hidden - (muxing.picture == nil ? 5 : Muxing.pictureLength)) <= 0.25, "\(heard.seconds)")
    }

    @Test(arguments: Muxing.asked.filter(\.hasChapters))
    func `with chapters have the sound of those without`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.make(in: folder, chapters: Muxing.chapters(in: folder)))
        #expect(Tones.isNear(heard.tones, muxing.tones), "\(heard.tones)")
        #expect(heard.notices == [])
        #expect(abs(heard.seconds - (muxing.picture == nil ? 5 : Muxing.pictureLength)) <= muxing.lengthTolerance, "\(heard.seconds)")
    }

    @Test(arguments: Muxing.asked.filter { $0.hasChapters && $0.picture != nil })
    func `with chapters have their sound where a player has it when it begins after the picture`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.make(in: folder, offset: 2, chapters: Muxing.chapters(in: folder)))
        #expect(Tones.isNear(heard.tones, muxing.tones.map { $0 + 2 }), "\(heard.tones)")
        #expect(heard.notices == [])
    }

    @Test(arguments: Muxing.asked.filter { $0.damage == .told })
    func `that are broken in their middle say so, and have the sound before and after in its place`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.makeDamaged(in: folder))
        for tone in muxing.tones { #expect(heard.tones.contains { abs($0 - tone) <= 0.05 }, "\(heard.tones)") }
        #expect(heard.notices.contains { ["holes", "damaged"].contains($0.name) }, "\(heard.notices)")
    }

    @Test(arguments: Muxing.asked.filter { $0.damage == .shortened })
    func `without a clock that are broken in their middle say so, and have the sound before it in its place`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.makeDamaged(in: folder)), first = try #require(heard.tones.first)
        #expect(abs(first - muxing.tones[0]) <= 0.05 && heard.tones.count > 1, "\(heard.tones)")
        #expect(heard.notices.map(\.name) == ["damaged"], "\(heard.notices)")
    }

    @Test(arguments: Muxing.asked.filter { $0.damage == .cut })
    func `that cannot be read behind damage say how far they were`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.makeDamaged(in: folder)), cut = heard.notices.first { $0.name == "cut" }
        #expect(heard.tones.first.map { abs($0 - muxing.tones[0]) <= 0.05 } == true, "\(heard.tones)")
        guard case .cut(let at, _)? = cut else {
            Issue.record("\(heard.notices)")
            return
        }
        #expect(abs(at / .seconds(1) - 2) < 0.6, "\(at)")
    }

    @Test(arguments: [0, 3_601])
    func `with a picture in H.264 have late sound beside it, and the picture's length`(shift: Int) async throws {
        let muxing = Muxing("film.mkv", "libopus", picture: "libx264", [.offset, .hole, .tracks])
        let heard = try await hear(muxing.make(in: folder, offset: 2, shift: shift))
        #expect(Tones.isNear(heard.tones, Muxing.tones.map { $0 + 2 }), "\(heard.tones)")
        #expect(heard.notices == [] && abs(heard.seconds - Muxing.pictureLength) <= 0.05, "\(heard.notices) \(heard.seconds)")
    }

    @Test func `of Core Audio that are cut say that they lack the table behind their sound`() async throws {
        let muxing = Muxing("opus.caf", "libopus -ar 48000", cut: .refused)
        try await checkCut(muxing.make(in: folder), muxing)
    }

    @Test func `of Matroska without sound behind damage say how far they were`() async throws {
        let heard = try await hear(Muxing("sound.mka", "aac", [.offset, .hole, .tracks]).makeZeroed(in: folder))
        #expect(heard.tones.count == 1 && heard.seconds < 3, "\(heard.tones) \(heard.seconds)")
        guard case .cut(let at, let length?)? = heard.notices.first(where: { $0.name == "cut" }) else {
            Issue.record("\(heard.notices)")
            return
        }
        #expect(abs(at / .seconds(1) - heard.seconds) < 0.1 && abs(length / .seconds(1) - 5) < 0.25, "\(at) \(length)")
    }

    @Test func `do not become years by the length that a header tells`() async throws {
        let path = try Muxing("pcm.mkv", "pcm_s16le", picture: "mpeg4").make(in: folder)
        var bytes = try Data(contentsOf: URL(filePath: path))
        let picture = try #require(bytes.range(of: Data("00:00:08.000000000".utf8)))
        bytes.replaceSubrange(picture, with: Data("99999:00:08.000000".utf8))
        let heard = try await hear(folder.write(bytes, as: "years.mkv"))
        #expect(Tones.isNear(heard.tones, Muxing.tones) && heard.notices == [])
        #expect(abs(heard.seconds - 5) <= 0.05)
    }
}
