import Audio
import HarkenTesting
import Speech
import Testing

/// Containers × two sound tracks of which one begins later, has a hole or is cut off; and × a hole in late sound.
@Suite(.hangLimit, .needs(MadeMedia.isPossible, "ffmpeg is not installed"))
struct `Files that combine features` {
    private let folder = TemporaryFolder()

    /// What a file gives.
    private struct Heard {
        /// Seconds at which tones begin, for each channel.
        var tones: [[Double]]
        var seconds: Double
        var notices: [RecordingNotice]
    }

    private static func all(_ combination: Muxing.Combination) -> [Muxing] { Muxing.asked.filter { $0.reason(without: combination) == nil } }

    private func hear(_ path: String, tracks: TrackChoice = .usual) async throws -> Heard {
        var recording = Recording(path: path)
        recording.tracks = tracks
        let media = try await InProcessMedia().turn(for: recording).open(rate: .speech, channels: tracks == .all ? .separate : .mixed)
        var heard = Array(repeating: [Float](), count: media.channelCount)
        while let block = try media.next() {
            for channel in heard.indices { heard[channel] += block.channels[channel] }
        }
        return Heard(tones: heard.map { Tones.starts(in: $0) }, seconds: Double(heard[0].count) / 16_000, notices: media.notices)
    }

    /// Checks that the tones of each channel are near their places.
    private func check(_ heard: Heard, _ wanted: [[Double]], within tolerance: Double = 0.05, _ choice: String) {
        func isNear(_ tones: [Double], _ places: [Double]) -> Bool {
            tones.count == places.count && zip(tones, places).allSatisfy { abs($0 - $1) <= tolerance }
        }
        #expect(heard.tones.count == wanted.count && zip(heard.tones, wanted).allSatisfy(isNear), "\(choice): \(heard.tones)")
    }

    /// Checks that the notices tell of one hole, with its place in seconds and with its length of two seconds.
    private func checkHole(_ notices: [RecordingNotice], at place: Double, _ choice: String) {
        guard case .holes(count: 1, total: let total, first: let first)? = notices.first(where: { $0.name == "holes" }) else {
            Issue.record("\(choice): \(notices)")
            return
        }
        // A page of Ogg has one time stamp for a second of sound.
        #expect(abs(total / .seconds(1) - 2) < 0.1 && abs(first / .seconds(1) - place) < 1.1, "\(choice): \(notices)")
    }

    @Test(arguments: all(.lateTrack)) func `with two sound tracks have each where it begins`(muxing: Muxing) async throws {
        let path = try muxing.makeTracks(in: folder, isFirstSilent: false, late: 2), late = Muxing.tones.map { $0 + 2 }
        let all = try await hear(path, tracks: .all), second = try await hear(path, tracks: .number(2))
        check(all, [Muxing.tones, late], within: muxing.lateTrackTolerance, "all")
        #expect(all.notices == [])
        check(second, [late], within: muxing.lateTrackTolerance, "2")
        #expect(second.notices.map(\.name) == ["other_tracks"])
    }

    @Test(arguments: all(.holedTrack)) func `with two sound tracks have the holes of each in it alone`(muxing: Muxing) async throws {
        let path = try muxing.makeHole(of: .tracks, in: folder), holed = [Muxing.tones[0], Muxing.tones[1] + 2]
        let all = try await hear(path, tracks: .all), second = try await hear(path, tracks: .number(2))
        check(all, [Muxing.tones, holed], "all")
        checkHole(all.notices, at: 2, "all")
        check(second, [holed], "2")
        checkHole(second.notices, at: 2, "2")
        let first = try await hear(path, tracks: .number(1))
        check(first, [Muxing.tones], "1")
        #expect(first.notices.map(\.name) == ["other_tracks"])
    }

    @Test(arguments: all(.cutTracks)) func `with two sound tracks have both up to a cut`(muxing: Muxing) async throws {
        let path = try muxing.makeCut(of: muxing.makeTracks(in: folder), in: folder)
        guard muxing.cut != .refused else {
            await #expect(throws: MediaError.self) { _ = try await hear(path, tracks: .all) }
            return
        }
        let heard = try await hear(path, tracks: .all)
        #expect(heard.tones.count == 2 && heard.tones.first == [], "\(heard.tones)")
        if let first = heard.tones.last?.first { #expect(abs(first - Muxing.tones[0]) <= 0.05, "\(heard.tones)") }
        guard case .cut(let at, _)? = heard.notices.first(where: { $0.name == "cut" }) else {
            Issue.record("\(heard.notices)")
            return
        }
        #expect(abs(at / .seconds(1) - heard.seconds) < 0.1, "\(at) \(heard.seconds)")
    }

    @Test(arguments: all(.lateHole)) func `with a hole in late sound have it where a player has it`(muxing: Muxing) async throws {
        let heard = try await hear(muxing.makeHole(of: .late, in: folder))
        check(heard, [[Muxing.tones[0] + 2, Muxing.tones[1] + 4]], "late")
        #expect(heard.notices.count == 1)
        checkHole(heard.notices, at: 4, "late")
    }
}
